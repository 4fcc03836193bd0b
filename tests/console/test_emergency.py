"""The emergency page: a template, whom, one red button; and what keeps it from going wrong."""

import re
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from otayori.accounts.models import Membership, Role, User
from otayori.core.ids import new_id
from otayori.core.models import AuditEntry
from otayori.delivery.models import Batch
from otayori.delivery.parcel import Urgency
from otayori.messaging import starter_templates
from otayori.messaging.audience import Target
from otayori.messaging.models import Message, MessageTemplate
from otayori.roster.models import Enrolment, Student
from otayori.schools.models import School
from tests.cast import PASSWORD, Cast, classroom
from tests.console.message_stories import draft, whole

pytestmark = pytest.mark.django_db
PAGE, COUNT = "/console/emergency", "/console/emergency/count"


@pytest.fixture
def pick_up(cast: Cast) -> MessageTemplate:
    starter_templates.ensure()
    return MessageTemplate.objects.get(name="引き渡し")


def typed(school: School | None, *picked: Target, **words: str) -> dict[str, object]:
    """The page's form as a browser posts it."""
    sender = str(school.id) if school else "board"
    form = {"sender": sender, "draft": str(new_id()), "template": "", "category": "safety"}
    form |= {"title": "地震への対応", "text": "全員無事です。", "action": "send"}
    return form | {"to": [target.key for target in picked]} | words


def counted(client: Client, form: dict[str, object]) -> dict[str, object]:
    """Let the page count, as it does while one ticks; returns the form with what came back."""
    page = client.post(COUNT, form, headers={"HX-Request": "true"})
    found = re.search(r'name="seen" value="([^"]+)"', page.content.decode())
    return form | {"seen": found[1] if found else ""}


def live(client: Client, form: dict[str, object]) -> str:
    return client.post(COUNT, form, headers={"HX-Request": "true"}).content.decode()


def test_a_manager_releases_alone_with_one_button(
    client: Client, cast: Cast, pick_up: MessageTemplate
) -> None:
    client.force_login(cast.suzuki)
    assert reverse("console:emergency") in client.get("/console/").content.decode()
    page = client.get(PAGE).content.decode()
    assert "引き渡し" in page
    assert "不審者情報" in page
    assert "行事の変更" not in page  # no emergency
    page = client.get(PAGE, {"from": str(cast.sakura.id), "template": str(pick_up.id)}).content.decode()
    assert "お子さまを迎えに来てください" in page
    assert "checked" not in page  # the target starts empty
    slots = {"slot-0": "地震", "slot-1": "13:30", "slot-2": "校庭", "slot-3": "30分以内に"}
    words = {"title": pick_up.title, "text": pick_up.text, "template": str(pick_up.id)}
    form = typed(cast.sakura, whole(cast.sakura), **words, **slots)
    said = live(client, form)
    assert "桜小学校の保護者 4人に、いますぐ送ります。" in said
    assert "4人に緊急送信する" in said

    here = client.post(PAGE, counted(client, form)).headers["Location"]
    message = Message.objects.get()
    assert here == reverse("console:message", args=[message.id])
    assert (message.state, message.urgency) == ("released", "emergency")
    assert "13:30から、校庭で引き渡します。" in message.text
    assert "30分以内に、学校からお知らせします。" in message.text
    assert "｛" not in message.text
    assert AuditEntry.objects.get(action="message released").actor_id == cast.suzuki.id


def test_pressed_twice_it_goes_once(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    form = counted(client, typed(cast.sakura, whole(cast.sakura)))
    first, second = client.post(PAGE, form), client.post(PAGE, form)
    assert first.headers["Location"] == second.headers["Location"]
    assert Batch.objects.count() == Message.objects.count() == 1
    gone = client.post(COUNT, form, headers={"HX-Request": "true"})  # a count that came late
    assert gone.headers["HX-Redirect"] == first.headers["Location"]


def test_what_is_counted_is_kept_before_anything_is_sent(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    form = typed(cast.sakura, whole(cast.sakura), text="書きかけ")
    answer = client.post(COUNT, form, headers={"HX-Request": "true"})
    message = Message.objects.get()
    assert (message.state, message.text, message.author) == ("draft", "書きかけ", cast.suzuki)
    assert answer.headers["HX-Replace-Url"] == f"{PAGE}?draft={message.id}"
    live(client, form | {"text": "書きかけの続き"})
    again = client.get(f"{PAGE}?draft={message.id}").content.decode()  # after a reload
    assert "書きかけの続き" in again
    assert str(message.id) in again
    assert f'value="{whole(cast.sakura).key}" id="id_to_0" checked' in again
    assert Message.objects.count() == 1


@pytest.mark.parametrize("change", [{"text": "別の文"}, {"title": "別の題"}])
def test_what_changed_after_the_count_is_not_sent(
    client: Client, cast: Cast, change: dict[str, object]
) -> None:
    client.force_login(cast.suzuki)
    form = counted(client, typed(cast.sakura, whole(cast.sakura)))
    answer = client.post(PAGE, form | change, follow=True)
    message = Message.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("console:confirm", args=[message.id])
    assert "まだ送信していません" in answer.content.decode()
    assert next(iter(change.values())) in answer.content.decode()  # nothing is lost
    assert message.state == "draft"


def test_another_target_than_the_one_counted_is_not_sent(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    room = Target(kind="classroom", id=cast.p3_1.id)
    form = counted(client, typed(cast.sakura, room))
    wider = client.post(PAGE, form | {"to": [whole(cast.sakura).key]})
    assert wider.headers["Location"] == reverse("console:confirm", args=[Message.objects.get().id])
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"title": ""}, "題名を入力してください。"),
        ({"text": ""}, "本文を入力してください。"),
    ],
)
def test_what_is_missing_is_said_and_not_sent(
    client: Client, cast: Cast, words: dict[str, str], sentence: str
) -> None:
    client.force_login(cast.suzuki)
    form = typed(cast.sakura, whole(cast.sakura), **words)
    said = live(client, form)
    assert sentence in said
    assert "緊急送信する" not in said
    page = client.post(PAGE, form)
    assert sentence in page.content.decode()
    assert not Batch.objects.exists()


def test_a_slot_left_open_is_named_and_not_sent(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    form = typed(cast.sakura, whole(cast.sakura), text="｛場所｝で待っています。")
    said = live(client, form)
    assert "「場所」を入れてください。" in said
    assert "緊急送信する" not in said
    page = client.post(PAGE, form | {"seen": "forged"}, follow=True).content.decode()
    assert "｛ ｝で囲まれたところが残っています。" in page
    assert not Batch.objects.exists()


def test_nobody_is_chosen_at_first(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    assert "まだ誰にも届きません" in live(client, typed(cast.sakura))
    page = client.post(PAGE, typed(cast.sakura)).content.decode()
    assert "宛先を選んでください。" in page
    assert not Batch.objects.exists()


def test_without_script_the_confirm_page_follows(
    client: Client, cast: Cast, pick_up: MessageTemplate
) -> None:
    client.force_login(cast.suzuki)
    form = typed(cast.sakura, whole(cast.sakura), text=pick_up.text, template=str(pick_up.id))
    form |= {"slot-0": "大雨", "slot-1": "13:30", "slot-2": "体育館", "slot-3": "夕方までに"}
    here = client.post(PAGE, form | {"action": "confirm"}).headers["Location"]
    message = Message.objects.get()
    assert here == reverse("console:confirm", args=[message.id])
    assert "大雨のため" in client.get(here).content.decode()
    assert "4人に送信する" in client.get(here).content.decode()


def test_a_teacher_asks_for_approval(client: Client, cast: Cast) -> None:
    client.force_login(cast.sato)
    room = Target(kind="classroom", id=cast.p3_1.id)
    said = live(client, typed(cast.sakura, room))
    assert "管理職に承認を依頼する" in said
    assert "3人に送るには、管理職の承認が必要です。" in said
    assert "いますぐ送ります" not in said
    assert "緊急送信する" not in said
    seen = Message.objects.get()
    form = typed(cast.sakura, room, draft=str(seen.id), seen="forged")
    here = client.post(PAGE, form).headers["Location"]
    assert here == reverse("console:confirm", args=[seen.id])
    assert not Batch.objects.exists()
    page = client.get(here)
    assert "承認されると、すぐに送ります" in page.content.decode()
    assert "すぐ送ります" not in page.content.decode()

    ask = reverse("console:ask_approval", args=[seen.id])
    said = client.post(ask, {"seen": page.context["seen"].fingerprint}, follow=True).content.decode()
    assert "まだ誰にも送っていません" in said
    assert "鈴木 校長" in said
    assert "声をかけるか電話でも伝えてください" in said
    assert "ボタンを押すとすぐに送ります" not in said


def test_the_board_writes_to_schools(client: Client, cast: Cast) -> None:
    client.force_login(cast.tanaka)
    page = client.get(f"{PAGE}?from=board&template=none").content.decode()
    assert "桜小学校" in page
    assert "小学校 1校すべて" in page
    said = live(client, typed(None, whole(cast.sakura)))
    assert "桜小学校の保護者 4人に、いますぐ送ります。" in said
    said = live(client, typed(None) | {"to": ["kind:elementary", "kind:junior_high"]})
    assert "桜小学校、柏中学校の保護者 4人に、いますぐ送ります。" in said  # few schools: by name
    assert "未登録の児童・生徒 1人" in said
    form = counted(client, typed(None, whole(cast.sakura), whole(cast.kashiwa)))
    client.post(PAGE, form)
    assert Message.objects.get(state="released").school is None


def test_who_works_in_two_schools_says_first_for_which(client: Client, cast: Cast) -> None:
    Membership.objects.create(user=cast.suzuki, school=cast.kashiwa, role=Role.MANAGER)
    client.force_login(cast.suzuki)
    page = client.get(PAGE).content.decode()
    assert f"{PAGE}?from={cast.sakura.id}" in page
    assert f"{PAGE}?from={cast.kashiwa.id}" in page


def test_nobody_writes_for_another_school(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    assert client.get(f"{PAGE}?from={cast.kashiwa.id}").status_code == 404
    assert client.get(f"{PAGE}?from=board").status_code == 404
    for address in (PAGE, COUNT):
        assert client.post(address, typed(cast.kashiwa, whole(cast.kashiwa))).status_code == 404
        assert client.post(address, typed(None, whole(cast.sakura))).status_code == 404
    page = client.post(PAGE, typed(cast.sakura, whole(cast.kashiwa))).content.decode()
    assert "選べない宛先が入っています" in page
    assert client.post(COUNT, typed(cast.sakura, whole(cast.kashiwa))).status_code == 404
    auditor = User.objects.create_user(email="kansa@board.example", name="監査 花子", password=PASSWORD)
    Membership.objects.create(user=auditor, role=Role.AUDITOR)
    client.force_login(auditor)
    assert client.get(PAGE).status_code == 404
    assert PAGE not in client.get("/console/").content.decode()
    assert not Message.objects.exists()


def test_nobody_writes_into_anothers_draft(client: Client, cast: Cast) -> None:
    theirs = draft(cast.kobayashi, cast.kashiwa, title="柏中の下書き")
    ordinary = draft(cast.suzuki, cast.sakura, title="ふつうの下書き")
    client.force_login(cast.suzuki)
    for taken in (theirs, ordinary):
        form = typed(cast.sakura, whole(cast.sakura), draft=str(taken.id))
        assert client.post(COUNT, form).status_code == 404
        assert client.post(PAGE, form).status_code == 404
        taken.refresh_from_db()
        assert taken.title.endswith("の下書き")
    assert client.get(f"{PAGE}?draft={theirs.id}").status_code == 404
    soccer = Target(kind="group", id=cast.soccer.id)
    urgent = draft(cast.suzuki, cast.sakura, soccer, urgency=Urgency.EMERGENCY)
    for richer in (ordinary, urgent):  # this page does not show all of it
        led = client.get(f"{PAGE}?draft={richer.id}")
        assert led.headers["Location"] == reverse("console:draft", args=[richer.id])


def test_a_session_that_ran_out_keeps_the_words(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    owner = client.get(f"{PAGE}?template=none").context["owner"]
    client.logout()
    form = typed(cast.sakura, whole(cast.sakura), text="長い長い文章", owner=owner)
    answer = client.post(PAGE, form)
    client.post(answer.headers["Location"], {"login": "suzuki@school.example", "password": PASSWORD})
    page = client.get(PAGE).content.decode()
    assert "長い長い文章" in page
    assert "入力した内容は残っています。" in page
    assert f'value="{whole(cast.sakura).key}" id="id_to_0" checked' in page
    assert not Message.objects.exists()


def test_a_slot_nobody_remembers_has_a_field_all_the_same(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    form = typed(cast.sakura, text="｛集合場所｝へ来てください。")
    live(client, form)
    page = client.get(f"{PAGE}?draft={form['draft']}").content.decode()
    assert 'data-slot="集合場所"' in page


def many_students(school: School, year: int) -> None:
    """1,200 students in 36 classes."""
    rooms = [classroom(school, year, f"P{1 + n // 6}", str(10 + n % 6)) for n in range(36)]
    students = [Student(school=school, name=f"子ども {n}", kana="コドモ") for n in range(1200)]
    for number, student in enumerate(students):
        student.set_code(f"9{number:04}")
    Student.objects.bulk_create(students)
    Enrolment.objects.bulk_create(
        [
            Enrolment(student=s, classroom=rooms[n % 36], year_id=year, number=n // 36 + 1)
            for n, s in enumerate(students)
        ]
    )


def statements(taken: CaptureQueriesContext) -> list[str]:
    found = [query["sql"] for query in taken.captured_queries]
    return [sql for sql in found if not sql.startswith(("SAVEPOINT", "RELEASE"))]


@pytest.mark.slow
def test_a_school_of_1200_costs_few_statements(client: Client, cast: Cast, pick_up: MessageTemplate) -> None:
    many_students(cast.sakura, cast.year)
    client.force_login(cast.suzuki)
    client.get(PAGE)
    for address in (PAGE, f"{PAGE}?template={pick_up.id}"):
        with CaptureQueriesContext(connection) as taken:
            assert client.get(address).status_code == 200
        assert len(statements(taken)) <= 12, statements(taken)
    form = typed(cast.sakura, whole(cast.sakura))
    for _first_and_again in range(2):
        with CaptureQueriesContext(connection) as taken:
            assert "4人に緊急送信する" in live(client, form)
        assert len(statements(taken)) <= 22, statements(taken)


def test_the_draft_id_comes_with_the_page(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    page = client.get(f"{PAGE}?template=none")
    assert isinstance(page.context["writing"].draft_id, UUID)
    reuse = new_id()
    page = client.get(f"{PAGE}?template=none&reuse={reuse}")
    assert page.context["writing"].draft_id == reuse
