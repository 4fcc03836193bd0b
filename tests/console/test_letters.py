"""Families who do not read on a phone: letters, lists, and who was told how."""

import io
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from otayori.accounts.models import Membership, Role, User
from otayori.console.context import channel_trouble
from otayori.core.models import AuditEntry
from otayori.delivery.models import Batch, Delivery, Endpoint
from otayori.messaging.audience import Target
from otayori.messaging.models import Attachment, Message, Recipient, ToldOtherwise
from otayori.roster.models import Student
from tests.cast import PASSWORD, Cast, staff, student
from tests.console.message_stories import draft, released, scheduled, whole
from tests.crowd import thirty_classes
from tests.delivery.ledger import write_rows
from tests.family.paper import correct

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(cast: Cast) -> Message:
    """The manager's to the whole school: Kim has read, Alvarez' mail went out, Yamada's failed, Watanabe
    had no address, and nobody has registered for Yui of 3年2組."""
    student(cast.p3_2, 2, "森 結衣", "モリ ユイ", "0007")
    Endpoint.objects.filter(guardian=cast.watanabe).update(state="disabled")
    words = {"title": "明日の遠足", "text": "お弁当を\n\n*お持ち* #ください"}
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura), **words)
    write_rows()
    Delivery.objects.update(status="sent")
    Delivery.objects.filter(endpoint__guardian=cast.yamada).update(status="failed")
    Recipient.objects.filter(guardian=cast.kim).update(read_at=timezone.now())
    return message


def page_of(client: Client, user: User, message: Message, query: str = "") -> str:
    client.force_login(user)
    response = client.get(reverse("console:letters", args=[message.id]) + query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def names_in(page: str) -> list[str]:
    return re.findall(r'<th scope="row" class="name">(\S+ \S+) さん<', page)


def post(client: Client, user: User, name: str, message: Message, /, **fields: object) -> str:
    client.force_login(user)
    response = client.post(reverse(f"console:{name}", args=[message.id]), fields, follow=True)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def status_of(client: Client, user: User, name: str, message: Message, /, **fields: object) -> int:
    client.force_login(user)
    return client.post(reverse(f"console:{name}", args=[message.id]), fields).status_code


def printed(client: Client, user: User, message: Message, /, **fields: object) -> list[str]:
    """The text of each page of the PDF, without spaces."""
    client.force_login(user)
    response = client.post(reverse("console:letters_print", args=[message.id]), fields)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"
    return [re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(io.BytesIO(response.content)).pages]


def notes(message: Message) -> set[tuple[str, str]]:
    rows = ToldOtherwise.objects.filter(message=message).select_related("student")
    return {(row.student.name, row.way) for row in rows}


def test_the_message_leads_to_who_has_to_be_told_otherwise(client: Client, cast: Cast, sent: Message) -> None:
    client.force_login(cast.suzuki)
    page = client.get(reverse("console:message", args=[sent.id])).content.decode()
    assert reverse("console:letters", args=[sent.id]) in page
    assert names_in(page_of(client, cast.suzuki, sent)) == ["山田 葵", "渡辺 空", "森 結衣"]


@pytest.mark.parametrize(
    ("show", "names"),
    [
        ("unregistered", ["森 結衣"]),
        ("unreachable", ["渡辺 空"]),
        ("failed", ["山田 葵"]),
        ("unread", ["山田 葵", "渡辺 空", "アルバレス 芽衣", "森 結衣"]),
        ("all", ["キム ハル", "山田 葵", "渡辺 空", "アルバレス 芽衣", "森 結衣"]),
        ("nonsense", ["山田 葵", "渡辺 空", "森 結衣"]),
    ],
)
def test_whom_is_chosen_in_the_address(
    client: Client, cast: Cast, sent: Message, show: str, names: list[str]
) -> None:
    page = page_of(client, cast.suzuki, sent, f"?show={show}")
    assert names_in(page) == names
    assert "渡辺 剛" not in page  # blocked


def test_one_tap_a_child_and_it_can_be_taken_back(client: Client, cast: Cast, sent: Message) -> None:
    page = post(client, cast.suzuki, "letters_told", sent, told=f"phone:{cast.aoi.id}")
    assert "電話で伝えた" in page
    assert "鈴木 校長" in page
    assert "3人のうち、まだ伝えていない人は 2人です。" in page
    note = ToldOtherwise.objects.get()
    assert (note.student, note.way, note.by) == (cast.aoi, "phone", cast.suzuki)
    entry = AuditEntry.objects.get(action="told otherwise")
    assert (entry.object_id, entry.detail) == (sent.id, {"way": "phone", "count": 1})

    post(client, cast.suzuki, "letters_told", sent, told=f"phone:{cast.aoi.id}")  # twice is once
    assert ToldOtherwise.objects.count() == 1
    assert AuditEntry.objects.filter(action="told otherwise").count() == 1
    assert names_in(page_of(client, cast.suzuki, sent, "?left=1")) == ["渡辺 空", "森 結衣"]

    page = post(client, cast.suzuki, "letters_untold", sent, told=f"phone:{cast.aoi.id}")
    assert "1人の記録を取り消しました。" in page
    assert notes(sent) == set()
    assert AuditEntry.objects.filter(action="told otherwise taken back").count() == 1


def test_who_was_told_the_old_words_has_to_be_told_the_new_ones(
    client: Client, cast: Cast, sent: Message
) -> None:
    post(client, cast.suzuki, "letters_told", sent, told=f"phone:{cast.aoi.id}")
    correct(sent, cast.suzuki, text="お弁当は要りません。")
    page = page_of(client, cast.suzuki, sent, "?left=1")
    assert "山田 葵" in names_in(page)
    assert "訂正する前に 電話で伝えた" in page
    post(client, cast.suzuki, "letters_told", sent, told=f"phone:{cast.aoi.id}")
    assert "山田 葵" not in names_in(page_of(client, cast.suzuki, sent, "?left=1"))
    assert sorted(ToldOtherwise.objects.values_list("version", flat=True)) == [1, 2]


def test_a_whole_class_was_given_the_letter_and_that_is_undone(
    client: Client, cast: Cast, sent: Message
) -> None:
    assert "この学級の 2人に紙を渡した" in page_of(client, cast.suzuki, sent)
    both = f"{cast.aoi.id},{cast.sora.id}"
    page = post(client, cast.suzuki, "letters_told", sent, told="letter", students=both)
    assert "2人に「紙を渡した」と記録しました。" in page
    assert notes(sent) == {("山田 葵", "letter"), ("渡辺 空", "letter")}
    post(client, cast.suzuki, "letters_told", sent, told=f"person:{cast.aoi.id}")
    page = post(client, cast.suzuki, "letters_told", sent, told="letter", students=both)  # nothing new
    assert "元に戻す" not in page
    ToldOtherwise.objects.all().delete()
    post(client, cast.suzuki, "letters_told", sent, told="letter", students=both)
    page = post(client, cast.suzuki, "letters_untold", sent, last="1")
    assert "2人の記録を取り消しました。" in page
    assert notes(sent) == set()


def test_a_teacher_tells_the_own_class_alone(client: Client, cast: Cast, sent: Message) -> None:
    page = page_of(client, cast.sato, sent)
    assert names_in(page) == ["山田 葵", "渡辺 空"]
    assert "担当の学級だけを表示しています。" in page
    yui = Student.objects.get(enrolments__classroom=cast.p3_2, enrolments__number=2)
    everybody = f"{cast.aoi.id},{yui.id},{cast.jun.id}"
    post(client, cast.sato, "letters_told", sent, told="letter", students=everybody)
    assert notes(sent) == {("山田 葵", "letter")}
    post(client, cast.suzuki, "letters_told", sent, told=f"phone:{yui.id}")
    post(client, cast.sato, "letters_untold", sent, told=f"phone:{yui.id}")
    assert ("森 結衣", "phone") in notes(sent)
    assert "森結衣" not in "".join(printed(client, cast.sato, sent, what="hand", show="all"))


def test_who_has_no_class_in_it_sees_no_name(client: Client, cast: Cast, sent: Message) -> None:
    other = staff("林 先生", "hayashi@school.example", cast.sakura, Role.TEACHER)
    page = page_of(client, other, sent)
    assert "表示できる学級がありません" in page
    assert names_in(page) == []


def test_an_auditor_reads_and_notes_nothing(client: Client, cast: Cast, sent: Message) -> None:
    auditor = User.objects.create_user(email="kansa@board.example", name="監査 花子", password=PASSWORD)
    Membership.objects.create(user=auditor, role=Role.AUDITOR)
    page = page_of(client, auditor, sent)
    assert "山田 葵" in page
    assert 'value="phone:' not in page
    assert status_of(client, auditor, "letters_told", sent, told=f"phone:{cast.aoi.id}") == 404
    assert status_of(client, auditor, "letters_untold", sent, told=f"phone:{cast.aoi.id}") == 404
    assert notes(sent) == set()


def test_nonsense_is_not_found(client: Client, cast: Cast, sent: Message) -> None:
    for told in ("", "smoke", "phone:x", "smoke:1"):
        assert status_of(client, cast.suzuki, "letters_told", sent, told=told) == 404
    assert status_of(client, cast.suzuki, "letters_print", sent, what="novel") == 404
    unsent = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    assert status_of(client, cast.suzuki, "letters_print", unsent, what="whole") == 404


def test_a_letter_for_each_child_without_a_way(client: Client, cast: Cast, sent: Message) -> None:
    Attachment.objects.create(
        message=sent, name="しおり.pdf", size=1, kind="pdf", state="ready", digest="x", added_by=cast.suzuki
    )
    refused = {"state": "refused", "refusal": "macro"}
    Attachment.objects.create(message=sent, name="だめ.pdf", size=1, added_by=cast.suzuki, **refused)
    pages = printed(client, cast.suzuki, sent, what="each")
    assert len(pages) == 3
    for page, addressee in zip(pages, ("3年1組2番山田葵", "3年1組3番渡辺空", "3年2組2番森結衣"), strict=True):
        assert f"{addressee}さんの保護者様" in page
        assert "明日の遠足" in page
        assert "お弁当を*お持ち*#ください" in page  # set as typed, never read as markup
        assert "桜小学校" in page
        assert "・しおり.pdf" in page
        assert "だめ.pdf" not in page
    entry = AuditEntry.objects.get(action="letters printed")
    assert (entry.school_id, entry.detail) == (cast.sakura.id, {"what": "each", "count": 3})


def test_one_letter_to_copy(client: Client, cast: Cast, sent: Message) -> None:
    Message.objects.filter(id=sent.id).update(urgency="important", version=2)
    (page,) = printed(client, cast.suzuki, sent, what="whole")
    assert "保護者の皆様" in page
    assert "山田" not in page
    assert "重要" in page
    assert "訂正" in page
    assert "に配信したお知らせです" in page


def test_lists_for_the_hand_and_the_telephone(client: Client, cast: Cast, sent: Message) -> None:
    post(client, cast.suzuki, "letters_told", sent, told=f"phone:{cast.aoi.id}")
    first, second = printed(client, cast.suzuki, sent, what="hand")  # a page for each class
    assert "紙で伝える人の一覧" in first
    for words in ("山田葵", "届かなかった", "渡辺空", "通知先がない"):
        assert words in first
    assert "森結衣" in second
    assert "未登録" in second
    assert "山田葵" not in second
    (call,) = printed(client, cast.suzuki, sent, what="call", left="1")
    assert "電話番号" in call
    assert "渡辺空" in call
    assert "山田葵" not in call  # told already


def test_printing_for_nobody_says_so(client: Client, cast: Cast) -> None:
    message = released(cast.suzuki, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))
    Recipient.objects.update(read_at=timezone.now())
    assert "印刷する人がいません。" in post(client, cast.suzuki, "letters_print", message, what="each")


def test_a_recalled_message_is_printed_no_more_but_the_list_stays(
    client: Client, cast: Cast, sent: Message
) -> None:
    Message.objects.filter(id=sent.id).update(recalled_at=timezone.now(), recalled_by=cast.suzuki)
    page = page_of(client, cast.suzuki, sent)
    assert names_in(page) == ["山田 葵", "渡辺 空", "森 結衣"]
    assert 'value="each"' not in page
    for what in ("each", "whole"):
        page = post(client, cast.suzuki, "letters_print", sent, what=what)
        assert "取り消したお知らせなので、お便りは印刷できません。" in page
    (call,) = printed(client, cast.suzuki, sent, what="call")
    assert "取り消したお知らせです" in call


def test_a_scheduled_message_is_a_sample(client: Client, cast: Cast) -> None:
    Endpoint.objects.filter(guardian=cast.watanabe).update(state="disabled")
    message = scheduled(cast.suzuki, cast.sakura, whole(cast.sakura))
    page = page_of(client, cast.suzuki, message)
    assert names_in(page) == ["渡辺 空"]
    assert "まだ配信していません" in page
    assert 'name="told"' not in page
    assert status_of(client, cast.suzuki, "letters_told", message, told=f"phone:{cast.sora.id}") == 404
    (letter,) = printed(client, cast.suzuki, message, what="each")
    assert "見本" in letter


def test_of_the_boards_message_each_school_tells_its_own(client: Client, cast: Cast) -> None:
    message = released(cast.tanaka, None, Target(kind="ward"))
    page = page_of(client, cast.tanaka, message)
    assert "柏中学校" in page
    assert "伊藤 凛" not in page
    here = f"?school={cast.kashiwa.id}"
    assert "伊藤 凛" in page_of(client, cast.tanaka, message, here)
    page = page_of(client, cast.kobayashi, message)
    assert names_in(page) == ["伊藤 凛"]
    own = {"school": cast.kashiwa.id}
    post(client, cast.kobayashi, "letters_told", message, told=f"letter:{cast.rin.id}", **own)
    assert notes(message) == {("伊藤 凛", "letter")}
    (letter,) = printed(client, cast.kobayashi, message, what="each", **own)
    assert "みどり区教育委員会" in letter
    client.force_login(cast.suzuki)
    address = reverse("console:letters", args=[message.id])
    assert client.get(address + here).status_code == 404


@pytest.mark.slow
def test_a_message_of_1200_children(  # type: ignore[no-untyped-def]
    client: Client, cast: Cast, django_assert_max_num_queries
) -> None:
    thirty_classes(cast)
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    write_rows()
    Delivery.objects.update(status="sent")
    Batch.objects.update(closed_at=timezone.now())  # it went out long ago
    client.force_login(cast.suzuki)
    address = reverse("console:letters", args=[message.id])
    client.get(address)
    channel_trouble()  # asked every five seconds, by all pages together
    with django_assert_max_num_queries(12):
        page = client.get(address)
    assert "人数が多いため、学級ごとに開きます。" in page.content.decode()
    assert page.context["count"] == 1200
    one = page.context["classes"][0][0]
    channel_trouble()
    with django_assert_max_num_queries(12):
        page = client.get(f"{address}?class={one.key}")
    assert len(names_in(re.sub(r"\s+", " ", page.content.decode()))) == 40
    pages = client.post(reverse("console:letters_print", args=[message.id]), {"what": "each"})
    assert len(PdfReader(io.BytesIO(pages.content)).pages) == 1200
    assert len(pages.content) < 5_000_000  # the letter is in it once
