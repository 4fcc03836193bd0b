"""The malware scanner: a real clamd says yes and no; where it does not answer, nothing passes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otayori.core import clock
from otayori.core.models import AuditEntry
from otayori.messaging.attachments import process, scanner
from otayori.messaging.models import Attachment
from tests.attachments import papers
from tests.attachments.clamd import Clamd
from tests.attachments.stories import add, check_all, checked, fresh
from tests.cast import Cast
from tests.console.message_stories import draft, whole

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture
def clamd(tmp_path: Path, settings: Any) -> Iterator[Clamd]:
    """Not started yet."""
    daemon = Clamd(tmp_path)
    settings.OTAYORI_CLAMD = daemon.address
    yield daemon
    daemon.stop()


def wait_is_over(attachment: Attachment) -> None:
    """Ten seconds later."""
    Attachment.objects.filter(id=attachment.id).update(leased_until=clock.now())


def test_what_the_scanner_knows_is_refused_and_the_rest_passes(cast: Cast, clamd: Clamd) -> None:
    clamd.start()
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    found = checked(cast.suzuki, message, "eicar.txt", papers.EICAR)
    assert (found.state, found.refusal) == ("refused", "malware")
    assert AuditEntry.objects.get(action="attachment harmful").object_id == message.id
    inside = papers.repacked(papers.word(), add={"word/media/a.txt": papers.EICAR})
    assert checked(cast.suzuki, message, "お知らせ.docx", inside).refusal == "malware"
    assert checked(cast.suzuki, message, "お知らせ.pdf", papers.pdf()).state == "ready"
    assert not process.scanner_is_away()


def test_while_the_scanner_is_away_files_wait_and_never_pass(cast: Cast, clamd: Clamd) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    attachment = add(cast.suzuki, message, "お知らせ.pdf", papers.pdf())
    check_all()
    assert fresh(attachment).state == "checking"
    assert process.scanner_is_away()
    wait_is_over(attachment)
    check_all()
    assert fresh(attachment).state == "checking"

    clamd.start()
    wait_is_over(attachment)
    check_all()
    assert fresh(attachment).state == "ready"
    assert not process.scanner_is_away()


def test_a_scanner_that_takes_too_little_lets_nothing_pass(cast: Cast, tmp_path: Path, settings: Any) -> None:
    """A limit of the scanner's that is lower than ours is a fault of the installation's: it shows."""
    small = Clamd(tmp_path, most="10K")
    settings.OTAYORI_CLAMD = small.address
    small.start()
    try:
        with pytest.raises(scanner.ScannerAway):
            scanner.is_harmful(small.address, papers.pdf())
        message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
        attachment = add(cast.suzuki, message, "お知らせ.pdf", papers.pdf())
        check_all()
        assert fresh(attachment).state == "checking"
    finally:
        small.stop()


def test_other_servers_are_no_scanner(tmp_path: Path) -> None:
    with pytest.raises(scanner.ScannerAway):
        scanner.is_harmful(str(tmp_path / "nowhere"), b"x")
    with pytest.raises(scanner.ScannerAway):
        scanner.is_harmful(("127.0.0.1", 9), b"x")
    assert not scanner.is_there(("127.0.0.1", 9))
