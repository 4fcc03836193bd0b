"""Writing a message: choosing whom it is for, what is missing, what is never lost."""

import pytest
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import Membership, Role
from otayori.messaging.audience import Target
from otayori.messaging.compose import audience_of
from otayori.messaging.models import Message
from tests import cast as people
from tests.cast import Cast
from tests.console.message_stories import draft, fields, released, whole

pytestmark = pytest.mark.django_db
NEW = "/console/messages/new"


def one() -> Message:
    return Message.objects.get()


def test_the_target_starts_empty(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    page = client.get(NEW).content.decode()
    assert "宛先を選んでください" in page
    assert " checked data-member-of" not in page
    assert page.count("checked") == 2  # the urgency: 通常; the category: 学校生活
    assert "桜小学校" in page


def test_a_manager_writes_to_the_whole_school_and_comes_to_the_confirm_page(
    client: Client, cast: Cast
) -> None:
    client.force_login(cast.suzuki)
    response = client.post(NEW, fields(whole(cast.sakura)))
    assert response.headers["Location"] == reverse("console:confirm", args=[one().id])
    assert one().title == "明日の遠足"
    assert one().category == "event"
    assert audience_of(one()).include == (whole(cast.sakura),)
    assert one().state == Message.State.DRAFT


def test_a_draft_may_lack_everything(client: Client, cast: Cast) -> None:
    client.force_login(cast.sato)
    response = client.post(NEW, fields(action="save", title="", text="あとで書く"), follow=True)
    assert "下書きを保存しました" in response.content.decode()
    assert one().text == "あとで書く"
    client.post(reverse("console:draft", args=[one().id]), fields(action="save", title="続き"))
    assert one().title == "続き"


@pytest.mark.parametrize(
    ("words", "sentence", "kept"),
    [
        ({"title": ""}, "題名を入力してください。", "お弁当を"),
        ({"title": "あ" * 83}, "題名は80文字までです。3文字減らしてください。", "あ" * 83),
        ({"text": ""}, "本文を入力してください。", "明日の遠足"),
        ({"text": "い" * 4010}, "本文は4,000文字までです。10文字減らしてください。", "い" * 4010),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    client: Client, cast: Cast, words: dict[str, str], sentence: str, kept: str
) -> None:
    client.force_login(cast.suzuki)
    page = client.post(NEW, fields(whole(cast.sakura), **words), follow=True).content.decode()
    assert "1か所を直してください" in page
    assert sentence in page
    assert kept in page
    assert f'value="{whole(cast.sakura).key}" id="id_to_0" checked' in page
    assert Message.objects.count() == 1


def test_no_target_and_a_target_of_nobody_are_said_apart(client: Client, cast: Cast) -> None:
    client.force_login(cast.kobayashi)
    assert "宛先を選んでください。" in client.post(NEW, fields(), follow=True).content.decode()
    page = client.post(NEW, fields(Target(kind="student", id=cast.rin.id)), follow=True).content.decode()
    assert "登録している保護者がいません" in page


def test_a_teacher_is_offered_own_classes_first(client: Client, cast: Cast) -> None:
    client.force_login(cast.sato)
    own, others = client.get(NEW).content.decode().split("担当以外の学級（送るには管理職の承認が必要です）")
    assert "3年1組" in own
    for words in ("3年2組", "学校全体", "サッカークラブ"):
        assert words not in own
        assert words in others


def test_a_forged_target_is_refused_and_the_text_stays(client: Client, cast: Cast) -> None:
    client.force_login(cast.sato)
    for beyond in (whole(cast.kashiwa), Target(kind="ward"), Target(kind="classroom", id=cast.j1_1.id)):
        page = client.post(NEW, fields(beyond, text="消えない文")).content.decode()
        assert "選べない宛先が入っています" in page
        assert "消えない文" in page
    assert not Message.objects.exists()


def test_the_live_count_speaks_in_words(client: Client, cast: Cast) -> None:
    cast.yamada.endpoints.update(state="disabled")
    client.force_login(cast.suzuki)
    sent = {"sender": str(cast.sakura.id), "to": [whole(cast.sakura).key]}
    page = client.post(
        reverse("console:audience_count"), sent, headers={"HX-Request": "true"}
    ).content.decode()
    for words in ("4人", "児童 4人", "うち届かない方 1人"):
        assert words in page
    client.force_login(cast.kobayashi)
    assert client.post(reverse("console:audience_count"), sent).status_code == 404


@pytest.mark.parametrize("query", ["山田", "やまだ", "ヤマダ", "ﾔﾏﾀﾞ あおい", "葵"])
def test_a_child_is_found_by_name_or_kana(client: Client, cast: Cast, query: str) -> None:
    client.force_login(cast.sato)
    sent = {"sender": str(cast.sakura.id), "student": query}
    page = client.post(reverse("console:student_search"), sent).content.decode()
    assert "山田 葵 さん（3年1組 2番）" in page


def test_a_teacher_finds_children_of_own_classes_alone(client: Client, cast: Cast) -> None:
    client.force_login(cast.sato)
    sent = {"sender": str(cast.sakura.id), "student": "アルバレス"}
    assert "芽衣" not in client.post(reverse("console:student_search"), sent).content.decode()
    cast.soccer.staff.add(cast.sato)
    assert "芽衣" in client.post(reverse("console:student_search"), sent).content.decode()


def test_search_works_without_script_and_loses_nothing(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    mei = Target(kind="student", id=cast.mei.id)
    page = client.post(NEW, fields(mei, action="search", student="キム", text="消えない文")).content.decode()
    assert "キム ハル さん" in page
    assert f'value="{mei.key}" checked' in page
    assert "消えない文" in page
    assert not Message.objects.exists()


def test_the_board_ticks_all_schools_of_a_kind_without_script(client: Client, cast: Cast) -> None:
    client.force_login(cast.tanaka)
    assert "みどり区教育委員会" in client.get(NEW).content.decode()
    client.post(NEW, fields() | {"to": ["kind:elementary"]})
    assert audience_of(one()).include == (whole(cast.sakura),)
    assert one().school is None


def test_somebody_of_two_schools_chooses_the_sender_first(client: Client, cast: Cast) -> None:
    Membership.objects.create(user=cast.sato, school=cast.kashiwa, role=Role.TEACHER)
    client.force_login(cast.sato)
    assert "どの学校・園から送りますか" in client.get(NEW).content.decode()
    client.post(f"{NEW}?from={cast.kashiwa.id}", fields(action="save"))
    assert one().school == cast.kashiwa


def test_an_auditor_writes_nothing(client: Client, cast: Cast) -> None:
    client.force_login(people.staff("監査 花子", "audit@board.example", None, Role.AUDITOR))
    assert client.get(NEW).status_code == 404
    assert client.get(f"{NEW}?from={cast.sakura.id}").status_code == 404
    board_draft = draft(cast.tanaka, None)
    assert client.get(reverse("console:draft", args=[board_draft.id])).status_code == 404
    assert client.get(reverse("console:messages")).context["rows"] == []


def test_a_tab_left_open_does_not_change_what_was_sent(client: Client, cast: Cast) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    client.force_login(cast.suzuki)
    response = client.post(reverse("console:draft", args=[message.id]), fields(text="別の文"))
    assert response.headers["Location"] == reverse("console:message", args=[message.id])
    assert Message.objects.get(id=message.id).text == "お弁当をお持ちください。"


def test_a_draft_is_discarded_after_a_question(client: Client, cast: Cast) -> None:
    message = draft(cast.sato, cast.sakura)
    client.force_login(cast.sato)
    address = reverse("console:discard", args=[message.id])
    assert "「明日の遠足」を削除しますか" in client.get(address).content.decode()
    assert Message.objects.exists()
    client.post(address)
    assert not Message.objects.exists()
