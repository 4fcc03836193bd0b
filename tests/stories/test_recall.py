"""Recalling what should not have gone out: the accidents of real schools, and the races of a real morning."""

import csv
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from otayori.core import clock
from otayori.delivery.claim import claim
from otayori.delivery.contents import Contents
from otayori.delivery.models import Batch, ChannelName, Slice
from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.settle import settle
from otayori.messaging import exposure, recall, remind
from otayori.messaging.attachments.opening import note
from otayori.messaging.audience import Target
from otayori.messaging.models import AttachmentOpening, FollowUp, Message
from otayori.messaging.reading import mark_read
from otayori.ops.postgres import EmbeddedPostgres
from otayori.roster.models import Guardian, Guardianship
from tests import cast as people
from tests.cast import Cast
from tests.console.message_stories import access, released, whole
from tests.console.push_first import half_an_hour_later, send_what_is_due
from tests.delivery.ledger import device, guardians
from tests.messaging.after_stories import to_the_school
from tests.messaging.test_exposure import attach
from tests.stories.processes import environment, ready, settled, until, worker
from tests.stories.relay import slow_relay

REASON = "添付ファイルの誤り"
FAMILIES = 30


def class_with_phones(cast: Cast) -> list[Guardian]:
    """A class of thirty families, each reached by a phone and by mail."""
    room = people.classroom(cast.sakura, cast.year, "P5", "1")
    found = []
    for number in range(1, FAMILIES + 1):
        child = people.student(room, number, f"児童 {number:02}", f"ジドウ {number:02}", f"5{number:03}")
        found.append(people.guardian(f"保護者 {number:02}", f"five{number}@mail.example", child))
        device(found[-1])
    return found


def press_recall(client: Client, message: Message) -> str:
    """As the vice-principal does: from the message's page, by the reason that fits."""
    asked = client.get(reverse("console:message", args=[message.id])).content.decode()
    assert reverse("console:recall", args=[message.id]) in asked
    answer = client.post(reverse("console:recall", args=[message.id]), {"reason": REASON}, follow=True)
    return answer.content.decode()


@pytest.mark.django_db
def test_yamagata_a_file_opened_by_five_nobody_else_has_to_be_telephoned(client: Client, cast: Cast) -> None:
    """山形: about five had opened the file before it was withdrawn; every family was telephoned."""
    families = class_with_phones(cast)
    message = released(
        cast.suzuki, cast.sakura, Target(kind="grade", id=cast.sakura.id, grade="P5"), title="配慮の一覧"
    )
    file = attach(message, "配慮を要する児童.xlsx")
    assert message.batch is not None
    send_what_is_due(message.batch)
    Slice.objects.filter(done_at=None).update(due_at=clock.now() + timedelta(minutes=40))
    opened = [families[place] for place in (2, 8, 11, 20, 29)]
    for person in opened:
        mark_read(person, [message.id])
        note(file, person.user, AttachmentOpening.Way.VIEWED)
    note(file, opened[0].user, AttachmentOpening.Way.DOWNLOADED)
    client.force_login(cast.suzuki)
    page = press_recall(client, message)
    for words in ("本文を開いた方 5人", "ファイルを開いた方 5人", "メールで本文が届いた方 0人"):
        assert words in page
    names = client.get(reverse("console:exposure", args=[message.id])).content.decode()
    for number in range(1, FAMILIES + 1):
        is_named = f"保護者 {number:02} さん" in names
        assert is_named is (families[number - 1] in opened), number
    kept = client.get(reverse("console:exposure_csv", args=[message.id])).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(kept)))
    assert len(rows) == FAMILIES
    assert {row["保護者"] for row in rows if row["画面で開いたファイル"]} == {one.user.name for one in opened}
    assert [row["保護者"] for row in rows if row["ダウンロードしたファイル"]] == ["保護者 03"]
    told = FollowUp.objects.get(message=message)
    assert told.guardians == FAMILIES
    for content in told.batch.contents.all():
        assert "配慮" not in content.text


@pytest.mark.django_db
def test_tottori_withdrawn_after_half_an_hour_no_mail_has_carried_it(client: Client, cast: Cast) -> None:
    """鳥取市: sent to everybody instead of one class, withdrawn after about 30 minutes."""
    message, _mails_at = half_an_hour_later(cast)  # Kim and Yamada have phones; their mails still wait
    mark_read(cast.kim, [message.id])
    client.force_login(cast.suzuki)
    page = press_recall(client, message)
    assert "メールで本文が届いた方 2人" in page  # who has mail alone; the phones' mails never went
    Slice.objects.filter(done_at=None).update(due_at=clock.now() - timedelta(minutes=1))
    send_what_is_due(Batch.objects.get(id=message.batch_id))
    seen = exposure.exposures(Message.objects.get(id=message.id))
    assert {one for one in seen if seen[one].mailed_at} == {cast.alvarez.id, cast.watanabe.id}
    assert seen[cast.kim.id].read_at is not None
    assert seen[cast.yamada.id].has_seen is False


@pytest.mark.django_db
def test_what_a_worker_held_at_the_recall_went_out_and_is_told(cast: Cast) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    held = claim("normal", ChannelName.EMAIL, 100, Contents())
    recall.recall(access(cast.suzuki), message.id, REASON)
    settle([Outcome(one, Verdict.SENT) for one in held.tries], held.tries, held.slices)
    sums = exposure.total(exposure.exposures(Message.objects.get(id=message.id)).values())
    assert (sums.mailed, sums.untouched) == (4, 0)


@contextmanager
def at_once() -> Iterator[Callable[..., list[object]]]:
    """Run the same deed in two threads, as two people do, each with a connection of its own."""

    def run(*deeds: Callable[[], object]) -> list[object]:
        def one(deed: Callable[[], object]) -> object:
            try:
                return deed()
            finally:
                connection.close()

        return list(pool.map(one, deeds))

    with ThreadPoolExecutor(max_workers=2) as pool:
        yield run


@pytest.mark.django_db(transaction=True)
def test_two_people_recall_at_once(cast: Cast) -> None:
    message = to_the_school(cast)
    by = [access(person) for person in (cast.suzuki, cast.tanaka)]
    with at_once() as run:
        run(*[lambda one=one: recall.recall(one, message.id, REASON) for one in by])
    assert FollowUp.objects.count() == 1
    assert Message.objects.get(id=message.id).version == 2


@pytest.mark.django_db(transaction=True)
def test_two_people_remind_at_once(cast: Cast) -> None:
    message = to_the_school(cast)
    seen = remind.look(message).seen
    by = [access(person) for person in (cast.suzuki, cast.tanaka)]
    with at_once() as run:
        done = run(*[lambda one=one: remind.remind(one, message.id, seen) for one in by])
    assert FollowUp.objects.count() == 1
    assert done.count(None) == 1


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_recalled_while_a_worker_sends(cast: Cast, postgres: EmbeddedPostgres) -> None:
    """Every mail that went is told, everybody gets the notice, and what no worker held never goes."""
    many = 3000
    Guardianship.objects.bulk_create(
        [Guardianship(guardian=person, student=cast.mei) for person in guardians(many)]
    )
    with (
        slow_relay(0.002).running_in_thread() as relay,
        worker(environment(postgres, relay.url("?starttls=never"))),
    ):
        ready()
        message = released(cast.suzuki, cast.sakura, Target(kind="classroom", id=cast.p3_2.id))
        until(lambda: len(relay.received) >= 200, "mails are on their way")
        recall.recall(access(cast.suzuki), message.id, REASON)
        settled()
    everybody = many + 1  # with Alvarez
    sums = exposure.total(exposure.exposures(Message.objects.get(id=message.id)).values())
    assert 200 <= sums.mailed < everybody
    assert FollowUp.objects.get().batch.deliveries.filter(status="sent").count() == everybody
    assert len(relay.received) == sums.mailed + everybody
