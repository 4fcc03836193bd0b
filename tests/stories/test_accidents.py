"""Accidents that happened to schools in Japan, replayed: each is stopped here, and this says by what.

山形 (a file was opened before it was taken back) is told by the stories of recall.
"""

import pytest
from django.test import Client
from django.urls import reverse

from otayori.core import clock
from otayori.delivery.models import Batch
from otayori.messaging import approve, confirm, gate
from otayori.messaging.attachments import opening
from otayori.messaging.audience import Target
from otayori.messaging.dispatch import dispatch
from otayori.messaging.guard.finding import Kind
from otayori.messaging.models import Attachment, AttachmentOpening, Message, SendingRules
from otayori.messaging.targets import NotYours
from otayori.roster.models import Student
from tests import cast as people
from tests.cast import Cast
from tests.console.message_stories import access, draft, fields, press_send, seen_on_confirm, whole
from tests.delivery.email_stories import deliver, family
from tests.delivery.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db

SURNAMES = [
    "森川",
    "石塚",
    "大森",
    "神田",
    "佐久間",
    "田村",
    "山崎",
    "吉田",
    "柴崎",
    "新庄",
    "宇佐美",
    "鷲尾",
]
GIVEN = ["翔太", "美咲", "大和", "さくら", "蒼", "陽菜", "ひなた"]


def name(n: int) -> str:
    return f"{SURNAMES[n % 12]} {GIVEN[n // 12 % 7]}"


def attach(message: Message, text: str, file_name: str, **more: object) -> Attachment:
    ready = {"size": 1000, "state": "ready", "digest": "x", "kind": "pdf", "is_readable": True}
    return Attachment.objects.create(
        message=message, name=file_name, text=text, added_by=message.author, **ready | more
    )


def look_into(message: Message, *users: people.User) -> None:
    for one in message.attachments.all():
        for user in users:
            opening.note(one, user, AttachmentOpening.Way.VIEWED)


def found(message: Message, author: people.User) -> set[Kind]:
    places = gate.barriers(access(author), message).findings.places
    return {finding.kind for place in places for finding in place.findings}


def is_stopped(message: Message, author: people.User) -> bool:
    """Press the button as the author; whatever refuses, nothing went out and the draft is kept."""
    try:
        dispatch(access(author), message.id, confirm.look(message).fingerprint)
    except (gate.Barred, NotYours):
        return not Batch.objects.exists() and Message.objects.get(id=message.id).state == "draft"
    return False


def test_kashiwa_last_years_list_is_not_approved_unopened(cast: Cast) -> None:
    """柏市, December 2025: last year's list of 84 children was attached; the manager had not opened it.

    Stopped twice: by the names of children who have left, and by the file that the approver did not open.
    """
    for n in range(84):
        people.student(cast.p3_2, 100 + n, name(n), "モリカワ ショウタ", f"8{n:03}")
    Student.objects.filter(code_key__isnull=False, name__isnull=False).exclude(
        id__in=[cast.haru.id, cast.aoi.id, cast.sora.id, cast.mei.id, cast.jun.id, cast.rin.id]
    ).update(left_at=clock.now())
    SendingRules.objects.filter(school=cast.sakura).update(own_class="approve")
    message = draft(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))
    attach(message, "令和6年度 3年生\n" + "\n".join(f"{n + 1} {name(n)}" for n in range(84)), "持ち物.pdf")
    assert Kind.SEVERAL_NAMES in found(message, cast.sato)
    look_into(message, cast.sato)
    approve.ask(access(cast.sato), message.id, confirm.look(message).fingerprint)
    seen = confirm.look(Message.objects.get(id=message.id)).fingerprint
    with pytest.raises(gate.Barred) as unopened:
        approve.approve(access(cast.suzuki), message.id, seen)
    assert unopened.value.barriers.unopened
    look_into(message, cast.suzuki)
    with pytest.raises(gate.Barred) as listed:
        approve.approve(access(cast.suzuki), message.id, seen)
    assert listed.value.barriers.findings.counts["several names"] == 84
    assert not Batch.objects.exists()


def test_kashiwa_a_list_that_the_roster_never_had(cast: Cast) -> None:
    """柏市, the same when last year's children are gone from the table: the lines look like names."""
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    attach(message, "\n".join(f"{n + 1} {name(n)}" for n in range(84)), "持ち物.pdf")
    look_into(message, cast.suzuki)
    assert Kind.NAME_LIST in found(message, cast.suzuki)
    assert is_stopped(message, cast.suzuki)


def test_tottori_forms_of_children_who_are_not_enrolled_yet(cast: Cast) -> None:
    """鳥取市, March 2024: forms of 85 new first-years with addresses went to 1,046 people, by one teacher.

    Stopped twice: the roster does not know them, but addresses and names show; and no teacher sends to the
    whole school alone.
    """
    forms = "\n".join(
        f"新入学児童 {name(n)}\n住所 みどり区桜町{n % 9 + 1}-{n % 30 + 1}-{n % 15 + 1}\n"
        f"電話 03-2{n:03}-{n:04}\n学校 桜小学校"
        for n in range(85)
    )
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    attach(message, forms, "児童調査票.pdf")
    Message.objects.filter(id=message.id).update(author=cast.sato)
    message.refresh_from_db()
    look_into(message, cast.sato, cast.suzuki)
    assert {Kind.ADDRESSES, Kind.PHONES} <= found(message, cast.suzuki)
    assert is_stopped(message, cast.sato)
    assert is_stopped(message, cast.suzuki)


def test_koka_what_is_for_one_family_does_not_go_to_all(cast: Cast, client: Client) -> None:
    """甲賀市, May 2025: a message for one family went to 938, by one teacher.

    Stopped by words for one family to many, by the rule that a teacher asks for more than the own class, and
    told by the sentence that says how many people get it.
    """
    text = "山田さんの保護者様\n本日の葵さんのけがについて、お電話を差し上げましたが…"
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura), text=text)
    Message.objects.filter(id=message.id).update(author=cast.sato)
    message.refresh_from_db()
    assert is_stopped(message, cast.sato)
    client.force_login(cast.suzuki)
    page = client.get(reverse("console:confirm", args=[message.id])).content.decode()
    assert "桜小学校の保護者 4人（児童 4人）に送信します。" in page
    assert "1つの家庭にあてた書き方です。ほかの家庭にも届きます。" in page
    assert is_stopped(message, cast.suzuki)
    to_class = draft(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id), text=text)
    assert is_stopped(to_class, cast.sato)
    to_family = draft(cast.sato, cast.sakura, Target(kind="student", id=cast.aoi.id), text=text)
    assert not is_stopped(to_family, cast.sato)


def test_koka_three_families_are_not_told_of_each_other(cast: Cast) -> None:
    """甲賀市, the smaller slip: one message to three families that names all three children."""
    three = [Target(kind="student", id=child.id) for child in (cast.haru, cast.aoi, cast.sora)]
    message = draft(cast.suzuki, cast.sakura, *three, text="キム ハルさん、山田 葵さん、渡辺 空さんの面談")
    assert found(message, cast.suzuki) == {Kind.SEVERAL_NAMES}
    assert is_stopped(message, cast.suzuki)


def test_wakkanai_report_cards_instead_of_a_timetable(cast: Cast) -> None:
    """稚内市, March 2025: 33 report cards were attached instead of a timetable, at night.

    Stopped by the names in the file; the file's name does not matter. And what was pressed at night can be
    undone: see tests/console/test_approval.py.
    """
    for n in range(33):
        people.student(cast.p3_2, 100 + n, name(n), "モリカワ ショウタ", f"8{n:03}")
    cards = "\n".join(
        f"通知表 3年2組 {name(n)}\n国語 よくできる\n所見 落ち着いて学習しました" for n in range(33)
    )
    message = draft(cast.suzuki, cast.sakura, Target(kind="classroom", id=cast.p3_2.id))
    attach(message, cards, "時間割.pdf")
    assert is_stopped(message, cast.suzuki)
    look_into(message, cast.suzuki)
    assert {Kind.SEVERAL_NAMES, Kind.PRIVATE_WORDS} <= found(message, cast.suzuki)
    assert is_stopped(message, cast.suzuki)


def test_higashiosaka_who_receives_welfare(cast: Cast) -> None:
    """東大阪市: data of families who receive welfare went to about 500. Stopped by words and names."""
    rows = "\n".join(f"{n + 1},{name(n)},準要保護,認定" for n in range(20))
    message = draft(cast.tanaka, None, Target(kind="ward"))
    attach(message, "番号,児童名,区分,認定結果\n" + rows, "R7データ.xlsx", kind="office")
    look_into(message, cast.tanaka)
    assert {Kind.PRIVATE_WORDS, Kind.NAME_LIST} <= found(message, cast.tanaka)
    assert is_stopped(message, cast.tanaka)


def test_higashiosaka_as_a_scan(cast: Cast, client: Client) -> None:
    """東大阪市, the same as a picture: no machine reads it. Its name stops it, the page asks for eyes."""
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    attach(message, "", "就学援助_受給者一覧.jpg", kind="image", is_readable=False)
    look_into(message, cast.suzuki)
    client.force_login(cast.suzuki)
    page = client.get(reverse("console:confirm", args=[message.id])).content.decode()
    assert "開いて目で確かめてください" in page
    assert is_stopped(message, cast.suzuki)


def test_kawanishi_the_target_starts_empty(cast: Cast, client: Client) -> None:
    """川西市, 2020: a private reminder went to 228, because the target field stood at everybody.

    Stopped three times: nothing is chosen to begin with, nothing goes without a choice, and a reminder that
    says that something is unpaid is no letter to all.
    """
    client.force_login(cast.suzuki)
    assert "checked" not in _targets(client.get(reverse("console:compose")).content.decode())
    client.post(reverse("console:compose"), fields(title="教材費について"))
    message = Message.objects.get()
    assert press_send(client, message, confirm.look(message).fingerprint).startswith(
        reverse("console:draft", args=[message.id])
    )
    reminder = "4月分の教材費が未納となっております。至急お支払いください。"
    to_all = draft(cast.suzuki, cast.sakura, whole(cast.sakura), text=reminder)
    assert found(to_all, cast.suzuki) == {Kind.PRIVATE_WORDS}
    press_send(client, to_all, seen_on_confirm(client, to_all))
    assert not Batch.objects.exists()


def _targets(page: str) -> str:
    """The part of the compose page in which targets are chosen."""
    return page.split('aria-labelledby="step-target"')[1].split('aria-labelledby="step-text"')[0]


def test_kasugai_each_family_gets_a_mail_of_its_own() -> None:
    """春日井市, February 2026: 104 addresses of families not yet enrolled stood in TO of one mail.

    No address can be typed anywhere: a message goes to guardians who registered with their child's sheet,
    which a school hands out to first-years before they are enrolled. And a mail has one recipient, in
    envelope and header.
    """
    addresses = [f"family{n}@mail{n % 5}.example" for n in range(104)]
    server = SmtpServer()
    deliver(server, family(*addresses))
    assert sorted(mail.recipient for mail in server.received) == sorted(addresses)
    for mail in server.received:
        assert [one.addr_spec for one in mail.message["To"].addresses] == [mail.recipient]
        assert mail.message["Cc"] is None
        assert mail.message["Bcc"] is None
        others = set(addresses) - {mail.recipient}
        assert not [address for address in others if f" {address}" in mail.data.decode("ascii", "replace")]


def test_kasugai_a_list_of_addresses_in_the_text(cast: Cast) -> None:
    """春日井市, the same slip here: addresses pasted into a message are found."""
    text = "次の方へお送りします。\n" + "\n".join(f"family{n}@mail.example" for n in range(104))
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura), text=text)
    assert found(message, cast.suzuki) == {Kind.EMAILS}
    assert is_stopped(message, cast.suzuki)
