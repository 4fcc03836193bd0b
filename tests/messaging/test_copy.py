"""Copy as new: words and files come along, whom it was for and who had opened the files do not."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import Membership, Role
from otayori.core import clock
from otayori.core.models import AuditEntry
from otayori.delivery.parcel import Urgency
from otayori.messaging.attachments import content, opening
from otayori.messaging.audience import Target
from otayori.messaging.copy import copy_as_new
from otayori.messaging.discard import discard
from otayori.messaging.models import Attachment, AttachmentOpening, Category, Message
from otayori.schools.models import School
from tests.cast import Cast, staff
from tests.console.message_stories import access, draft, released, whole
from tests.messaging.attached import attach

pytestmark = pytest.mark.django_db


def copy(client: Client, message: Message) -> tuple[Message, str]:
    """Press the button; returns the new draft and the page it leads to."""
    page = client.post(reverse("console:copy", args=[message.id]), follow=True)
    assert page.status_code == 200, page.status_code
    made = Message.objects.exclude(id=message.id).latest("created_at")
    assert page.redirect_chain[-1][0] == reverse("console:draft", args=[made.id])
    return made, page.content.decode()


def with_file(message: Message) -> Attachment:
    """A checked file, which its sender has opened."""
    file = attach(message, name="名簿.pdf", text="3年1組", checked_at=clock.now())
    content.keep_body(file, b"%PDF list of last year")
    opening.note(file, message.author, AttachmentOpening.Way.VIEWED)
    return file


def test_last_years_letter_becomes_a_draft_for_nobody_yet(client: Client, cast: Cast) -> None:
    words = {"title": "遠足", "text": "本文", "urgency": Urgency.IMPORTANT, "category": Category.EVENT}
    end = clock.now().replace(year=clock.now().year + 1)
    old = released(cast.suzuki, cast.sakura, whole(cast.sakura), deliver_before=end, **words)
    client.force_login(cast.sato)
    new, page = copy(client, old)
    assert (new.title, new.text, new.urgency, new.category) == ("遠足", "本文", "important", "event")
    assert (new.state, new.author, new.school) == ("draft", cast.sato, cast.sakura)
    assert new.audience == {"include": [], "exclude": []}
    assert not new.individual
    assert (new.release_at, new.deliver_before, new.released_at, new.batch) == (None, None, None, None)
    assert "コピーして、新しい下書きを作りました。宛先は空です。選んでください。" in page
    assert "コピーした添付ファイル" not in page
    old.refresh_from_db()
    assert old.state == "released"


def test_kashiwa_2025_the_file_has_to_be_opened_again(client: Client, cast: Cast) -> None:
    """Last year's list of 84 children was sent since nobody looked into it: the copy is opened by nobody."""
    old = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    file = with_file(old)
    client.force_login(cast.suzuki)
    new, page = copy(client, old)
    (copied,) = new.attachments.all()
    assert (copied.name, copied.text, copied.digest) == ("名簿.pdf", "3年1組", file.digest)
    assert (copied.state, copied.kind, copied.is_readable, copied.size) == ("ready", "pdf", True, 9)
    assert copied.stored == file.stored
    assert content.body(copied) == b"%PDF list of last year"
    assert file.openings.filter(user=cast.suzuki).exists()
    assert not copied.openings.exists()
    assert "コピーした添付ファイルがあります。今年度のものか、開いて確かめてください。" in page


def test_what_was_not_checked_is_not_copied_and_that_is_said(client: Client, cast: Cast) -> None:
    old = draft(cast.suzuki, cast.sakura)
    attach(old, state="checking", digest="", kind="")
    attach(old, state="refused", refusal="malware")
    attach(old)
    client.force_login(cast.suzuki)
    new, page = copy(client, old)
    assert new.attachments.count() == 1
    assert "2個の添付ファイルはコピーしていません。" in page


@pytest.mark.parametrize("who", ["suzuki", "tanaka"])
def test_in_whose_name_the_copy_is(client: Client, cast: Cast, who: str) -> None:
    """The board's message copied by a school is the school's, and a school's copied by the board the board's.

    The file lies under the other's key then: it is sealed anew.
    """
    sender: School | None = None if who == "suzuki" else cast.sakura
    author = cast.tanaka if who == "suzuki" else cast.suzuki
    old = released(author, sender, whole(cast.sakura))
    file = with_file(old)
    client.force_login(getattr(cast, who))
    new, _page = copy(client, old)
    assert new.school == (cast.sakura if who == "suzuki" else None)
    (copied,) = new.attachments.all()
    assert copied.stored != file.stored
    assert content.body(copied) == b"%PDF list of last year"
    content.body(file)  # the old one is where it was


def test_a_file_that_is_gone_from_the_store_is_left_out(client: Client, cast: Cast) -> None:
    old = released(cast.tanaka, None, whole(cast.sakura))
    attach(old)  # without bytes
    client.force_login(cast.suzuki)
    new, page = copy(client, old)
    assert not new.attachments.exists()
    assert "1個の添付ファイルはコピーしていません。" in page


def test_what_to_look_at_in_a_private_or_recalled_one(client: Client, cast: Cast) -> None:
    old = released(cast.suzuki, cast.sakura, Target(kind="student", id=cast.aoi.id))
    client.force_login(cast.suzuki)
    new, page = copy(client, old)
    assert "個別のお知らせのコピーです。" in page
    assert not new.individual
    Message.objects.filter(id=old.id).update(recalled_at=clock.now(), recalled_by=cast.suzuki)
    assert "取り消したお知らせのコピーです。" in copy(client, old)[1]


def test_the_deed_is_on_record_without_words(client: Client, cast: Cast) -> None:
    old = draft(cast.suzuki, cast.sakura, title="秘密の題名")
    client.force_login(cast.suzuki)
    new, _page = copy(client, old)
    entry = AuditEntry.objects.get(action="message copied")
    assert (entry.actor_id, entry.school_id, entry.object_id) == (cast.suzuki.id, cast.sakura.id, new.id)
    assert entry.detail == {"source": str(old.id), "files": 0}


def test_who_may_not_see_or_not_write_copies_nothing(client: Client, cast: Cast) -> None:
    sent = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    private = draft(cast.suzuki, cast.sakura)
    auditor = staff("監査 花子", "kansa@board.example", None, Role.AUDITOR)
    tries = [(cast.sato, private), (cast.kobayashi, sent), (auditor, sent), (cast.kim.user, sent)]
    for person, message in tries:
        client.force_login(person)
        assert client.post(reverse("console:copy", args=[message.id])).status_code == 404
    client.force_login(auditor)
    for page in (reverse("console:messages"), reverse("console:message", args=[sent.id])):
        assert "コピー" not in client.get(page).content.decode()
    client.force_login(cast.suzuki)
    assert client.get(reverse("console:copy", args=[sent.id])).status_code == 405
    assert Message.objects.count() == 2


def test_who_belongs_to_two_schools_copies_in_the_name_of_the_same(client: Client, cast: Cast) -> None:
    Membership.objects.create(user=cast.suzuki, school=cast.kashiwa, role=Role.MANAGER)
    old = draft(cast.kobayashi, cast.kashiwa)
    client.force_login(cast.suzuki)
    assert copy(client, old)[0].school == cast.kashiwa


@pytest.mark.django_db(transaction=True)
def test_the_original_is_not_thrown_away_while_it_is_copied(cast: Cast) -> None:
    """Or its files would be erased from the store before the copy is seen that shares them."""
    old = draft(cast.suzuki, cast.sakura)
    file = with_file(old)

    def throw_away() -> bool:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
            return discard(access(cast.suzuki), old)
        except OperationalError:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        new = copy_as_new(access(cast.suzuki), old, cast.sakura).message
        assert not other.submit(throw_away).result()
    assert discard(access(cast.suzuki), old)
    assert not Attachment.objects.filter(id=file.id).exists()
    assert content.body(new.attachments.get()) == b"%PDF list of last year"
