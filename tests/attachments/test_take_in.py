"""Files arrive in pieces, over bad lines, from several windows; and are checked by several workers."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from otayori.core import clock, files
from otayori.core.models import AuditEntry
from otayori.messaging import discard
from otayori.messaging.attachments import clean_up, content, process, take_in
from otayori.messaging.attachments.limits import MOST_BYTES
from otayori.messaging.attachments.refusals import Refusal, Refused
from otayori.messaging.compose import NoDraft
from otayori.messaging.models import Attachment, Message
from tests.attachments import papers
from tests.attachments.stories import add, check_all, checked, fresh
from tests.cast import Cast
from tests.console.message_stories import access, draft, released, whole

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def message(cast: Cast) -> Message:
    return draft(cast.suzuki, cast.sakura, whole(cast.sakura))


def begin(cast: Cast, message: Message, name: str = "お知らせ.txt", size: int = 10) -> Attachment:
    return take_in.start(access(cast.suzuki), message, name=name, size=size, modified="1")


def stored() -> list[str]:
    return files.folders(content.FOLDER)


@pytest.fixture(autouse=True)
def _an_empty_store() -> None:
    for name in stored():
        files.delete_folder(f"{content.FOLDER}/{name}")


def test_pieces_that_are_repeated_or_overlap_do_no_harm(cast: Cast, message: Message) -> None:
    attachment = begin(cast, message)
    assert take_in.append(attachment, 0, b"0123") == 4
    assert take_in.append(attachment, 0, b"0123") == 4
    assert take_in.append(attachment, 2, b"2345") == 6
    with pytest.raises(take_in.WrongOffset) as wrong:
        take_in.append(attachment, 8, b"89")
    assert wrong.value.received == 6
    with pytest.raises(take_in.WrongOffset):
        take_in.finish(attachment)
    assert take_in.append(attachment, 6, b"6789") == 10
    assert take_in.finish(attachment).state == "checking"
    assert take_in.finish(attachment).state == "checking"
    assert take_in.append(attachment, 0, b"0123") == 10  # late, and long known
    check_all()
    assert content.body(fresh(attachment)) == b"\xef\xbb\xbf0123456789"


def test_after_a_reload_the_same_file_goes_on_and_another_begins_anew(cast: Cast, message: Message) -> None:
    attachment = begin(cast, message)
    take_in.append(attachment, 0, b"0123")
    again = begin(cast, message)
    assert again.id == attachment.id
    assert again.received == 4
    changed = take_in.start(access(cast.suzuki), message, name="お知らせ.txt", size=10, modified="2")
    assert changed.id != attachment.id
    other = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    assert begin(cast, other).id != attachment.id


def test_more_than_was_announced_is_not_taken(cast: Cast, message: Message) -> None:
    with pytest.raises(Refused) as refused:
        take_in.append(begin(cast, message), 0, b"01234567890")
    assert refused.value.refusal == Refusal.LOST


@pytest.mark.parametrize(
    ("name", "size", "refusal"),
    [
        ("a.pdf", 0, Refusal.EMPTY),
        ("a.pdf", MOST_BYTES + 1, Refusal.TOO_BIG),
        ("a.exe", 1, Refusal.KIND),
        ("a.HEIC", 1, Refusal.HEIC),
        ("a.xls", 1, Refusal.OLD_OFFICE),
    ],
)
def test_what_the_name_and_size_decide_is_refused_at_once(
    cast: Cast, message: Message, name: str, size: int, refusal: Refusal
) -> None:
    with pytest.raises(Refused) as refused:
        begin(cast, message, name, size)
    assert refused.value.refusal == refusal
    assert not Attachment.objects.exists()


def test_ten_files_are_ten_however_many_windows_are_open(cast: Cast, message: Message) -> None:
    for number in range(8):
        begin(cast, message, f"{number}.pdf")
    barrier = threading.Barrier(6)

    def one_more(number: int) -> bool:
        try:
            barrier.wait()
            begin(cast, message, f"more{number}.pdf")
        except Refused:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(one_more, range(6))) == 2
    assert Attachment.objects.filter(message=message).count() == 10


def test_a_refused_file_leaves_room_for_a_better_one(cast: Cast, message: Message) -> None:
    for number in range(9):
        begin(cast, message, f"{number}.pdf")
    assert checked(cast.suzuki, message, "壊れた.pdf", b"hello").state == "refused"
    begin(cast, message, "直した.pdf")


def test_only_drafts_take_files(cast: Cast, message: Message) -> None:
    attachment = begin(cast, message)
    Message.objects.filter(id=message.id).update(state="approval", asked_by=cast.suzuki, fingerprint="x")
    for deed in (
        lambda: begin(cast, message),
        lambda: take_in.append(attachment, 0, b"0123456789"),
        lambda: take_in.finish(attachment),
        lambda: take_in.remove(access(cast.suzuki), attachment),
    ):
        with pytest.raises(NoDraft):
            deed()


def test_a_checked_file_has_words_pages_and_a_digest_and_no_pieces(cast: Cast, message: Message) -> None:
    attachment = checked(cast.suzuki, message, "学年だより.pdf", papers.pdf())
    assert (attachment.state, attachment.kind, attachment.media_type) == ("ready", "pdf", "application/pdf")
    assert content.body(attachment) == papers.pdf()
    assert attachment.size == len(papers.pdf())
    assert len(attachment.digest) == 64
    assert "運動会" in attachment.text
    assert attachment.is_readable
    assert attachment.pages == 2
    assert content.page(attachment, 2).startswith(b"RIFF")
    assert stored() == [str(attachment.stored)]
    assert files.names(f"{content.FOLDER}/{attachment.stored}") == ["body", "page-1", "page-2"]


def test_nothing_lies_open_in_the_store(cast: Cast, message: Message) -> None:
    attachment = checked(cast.suzuki, message, "名簿.txt", "山田 葵".encode())
    from django.core.files.storage import storages

    with storages["files"].open(f"{content.FOLDER}/{attachment.stored}/body") as kept:
        assert "山田".encode() not in kept.read()


def test_what_is_refused_is_not_kept(cast: Cast, message: Message) -> None:
    attachment = checked(cast.suzuki, message, "学年だより.pdf", b"hello")
    assert (attachment.state, attachment.refusal) == ("refused", "broken")
    assert stored() == []


def test_pieces_that_were_lost_are_told(cast: Cast, message: Message) -> None:
    attachment = add(cast.suzuki, message, "学年だより.pdf", papers.pdf())
    content.erase(attachment.stored)
    check_all()
    assert fresh(attachment).refusal == "lost"


def test_two_workers_check_a_file_once(cast: Cast, message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    attachment = add(cast.suzuki, message, "学年だより.pdf", papers.pdf())
    read: list[str] = []
    inside, go = threading.Event(), threading.Event()
    real = process.inspect

    def slowly(last: str, data: bytes) -> Any:
        read.append(last)
        inside.set()
        go.wait(30)
        return real(last, data)

    monkeypatch.setattr(process, "inspect", slowly)

    def work() -> bool:
        try:
            return process.check_next()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(work)
        inside.wait(30)
        assert process.check_next() is False
        go.set()
        assert first.result() is True
    assert read == ["pdf"]
    assert fresh(attachment).state == "ready"


def test_a_worker_that_was_away_too_long_writes_nothing(
    cast: Cast, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease ran out and another settled the file: what it made is erased, what the other made stays."""
    attachment = add(cast.suzuki, message, "学年だより.pdf", papers.pdf())
    real = process.inspect

    def overtaken(last: str, data: bytes) -> Any:
        monkeypatch.setattr(process, "inspect", real)
        Attachment.objects.update(leased_until=clock.now())
        assert process.check_next()
        return real(last, data)

    monkeypatch.setattr(process, "inspect", overtaken)
    process.check_next()
    settled = fresh(attachment)
    assert settled.state == "ready"
    assert content.body(settled) == papers.pdf()
    assert stored() == [str(settled.stored)]


def test_a_file_that_is_removed_while_it_is_checked_leaves_nothing(
    cast: Cast, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    attachment = add(cast.suzuki, message, "学年だより.pdf", papers.pdf())
    real = process.inspect

    def meanwhile(last: str, data: bytes) -> Any:
        take_in.remove(access(cast.suzuki), attachment)
        return real(last, data)

    monkeypatch.setattr(process, "inspect", meanwhile)
    check_all()
    assert not Attachment.objects.exists()
    assert stored() == []


def test_a_fault_of_ours_is_tried_again_and_given_up_in_the_end(
    cast: Cast, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    attachment = add(cast.suzuki, message, "学年だより.pdf", papers.pdf())

    def fails(last: str, data: bytes) -> Any:
        raise RuntimeError("山田")

    monkeypatch.setattr(process, "inspect", fails)
    check_all()
    assert fresh(attachment).state == "checking"
    assert not process.check_next()  # a minute's rest
    Attachment.objects.update(leased_until=clock.now(), created_at=clock.now() - process.GIVE_UP)
    check_all()
    assert fresh(attachment).refusal == "lost"


def test_removing_is_recorded_and_a_copy_keeps_its_bytes(cast: Cast, message: Message) -> None:
    attachment = checked(cast.suzuki, message, "学年だより.pdf", papers.pdf())
    other = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    copy = Attachment(
        message=other, name="学年だより.pdf", size=attachment.size, state="ready", kind="pdf",
        digest=attachment.digest, stored=attachment.stored, added_by=cast.suzuki,
    )  # fmt: skip
    copy.save(force_insert=True)
    assert take_in.remove(access(cast.suzuki), attachment)
    assert not take_in.remove(access(cast.suzuki), attachment)
    assert AuditEntry.objects.filter(action="attachment removed", object_id=message.id).count() == 1
    assert content.body(fresh(copy)) == papers.pdf()
    assert discard.discard(access(cast.suzuki), other)
    assert stored() == []


def test_a_discarded_draft_takes_its_files_along(cast: Cast, message: Message) -> None:
    checked(cast.suzuki, message, "学年だより.pdf", papers.pdf())
    take_in.append(begin(cast, message), 0, b"0123")
    assert len(stored()) == 2
    assert discard.discard(access(cast.suzuki), message)
    assert stored() == []


def test_a_message_that_was_sent_keeps_its_files(cast: Cast) -> None:
    sent = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    assert not discard.discard(access(cast.suzuki), sent)


def test_what_was_given_up_or_left_behind_is_cleared_away(cast: Cast, message: Message) -> None:
    kept = checked(cast.suzuki, message, "学年だより.pdf", papers.pdf())
    given_up = begin(cast, message)
    take_in.append(given_up, 0, b"0123")
    left = Attachment(message=message, name="x", size=1, added_by=cast.suzuki)
    content.keep_body(left, b"half of a check")
    now = clock.now()
    assert clean_up.clean_up(now) == 0
    assert clean_up.clean_up(now + clean_up.LEFT_BEHIND_AFTER + timedelta(hours=1)) == 1
    assert clean_up.clean_up(now + clean_up.GIVEN_UP_AFTER + timedelta(hours=1)) == 1
    assert list(Attachment.objects.all()) == [kept]
    assert stored() == [str(kept.stored)]
