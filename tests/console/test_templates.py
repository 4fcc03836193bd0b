"""Templates: a school and the board make their own, teachers begin messages with them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from otayori.core import clock
from otayori.core.models import AuditEntry
from otayori.messaging import starter_templates, templates
from otayori.messaging.models import Message, MessageTemplate
from otayori.messaging.slots import Slot, as_text
from otayori.messaging.templates import Told
from otayori.schools.models import School
from tests.cast import Cast
from tests.console.message_stories import access

pytestmark = pytest.mark.django_db
LIST, NEW = "/console/settings/templates", "/console/settings/templates/new"
TEXT = "｛日付｝に、｛場所｝で学習発表会を行います。\n持ち物：｛持ち物｝"


def made(cast: Cast, school: School | None, name: str = "学習発表会", text: str = TEXT) -> MessageTemplate:
    by = cast.tanaka if school is None else cast.suzuki
    return templates.make(access(by), school, Told(name, f"{name}（｛日付｝）", text))


def typed(**words: str) -> dict[str, str]:
    """The editor's form, with the lines of its slots as the page draws them."""
    form = {"name": "学習発表会", "urgency": "normal", "category": "event", "action": "keep"}
    form |= {"title": "学習発表会（｛日付｝）", "text": TEXT}
    lines = {
        "slot-0-key": "日付", "slot-0-type": "date", "slot-0-default": "明日", "slot-0-required": "on",
        "slot-1-key": "場所", "slot-1-type": "choice", "slot-1-options": "体育館\r\n校庭",
        "slot-2-key": "持ち物", "slot-2-type": "text", "slot-2-label": "持たせる物",
    }  # fmt: skip
    return form | lines | words


def change(template: MessageTemplate) -> str:
    return reverse("console:template", args=[template.id])


def test_a_manager_makes_one_with_typed_slots(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    page = client.get(f"{NEW}?school={cast.sakura.id}").content.decode()
    assert "桜小学校" in page
    answer = client.post(NEW, typed(school=str(cast.sakura.id)))
    assert answer.status_code == 302, answer.content.decode()
    template = MessageTemplate.objects.get()
    assert template.school == cast.sakura
    assert templates.slots_of(template) == [
        Slot(key="日付", type="date", default="tomorrow"),
        Slot(key="場所", type="choice", options=("体育館", "校庭"), required=False),
        Slot(key="持ち物", label="持たせる物", required=False),
    ]
    assert AuditEntry.objects.get(action="template made").object_id == template.id
    page = client.get(change(template)).content.decode()
    assert 'value="明日"' in page
    assert "体育館\n校庭" in page


def test_without_script_the_slots_are_read_on_demand(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    form = {
        "title": "｛開始時刻｝から",
        "text": "｛場所｝で",
        "school": str(cast.sakura.id),
        "action": "read",
    }
    page = client.post(NEW, form).content.decode()
    assert '<option value="time" selected>' in page
    assert '<option value="place" selected>' in page
    assert "か所を直してください" not in page  # a text half written is no mistake
    assert not MessageTemplate.objects.exists()


def test_the_preview_follows_while_one_types(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    page = client.post("/console/settings/templates/parts", typed()).content.decode()
    tomorrow = as_text(clock.today() + timedelta(days=1))
    assert f"学習発表会（{tomorrow}）" in page
    assert "｛場所｝で" in page or "体育館" in page


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"name": ""}, "名前"),
        ({"slot-1-options": ""}, "選択肢を入れてください。"),
        ({"slot-0-default": "そのうち"}, "はじめの値を確かめてください。"),
        ({"text": "長" * 4001}, "本文"),
    ],
)
def test_what_makes_no_sense_is_said(
    client: Client, cast: Cast, words: dict[str, str], sentence: str
) -> None:
    client.force_login(cast.suzuki)
    page = client.post(NEW, typed(school=str(cast.sakura.id), **words))
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert not MessageTemplate.objects.exists()


def test_two_of_a_name_would_be_mixed_up(client: Client, cast: Cast) -> None:
    made(cast, cast.sakura)
    client.force_login(cast.suzuki)
    page = client.post(NEW, typed(school=str(cast.sakura.id))).content.decode()
    assert "同じ名前のひな形があります" in page
    assert MessageTemplate.objects.count() == 1


def test_changing_keeps_what_was_sent_with_it(client: Client, cast: Cast) -> None:
    template = made(cast, cast.sakura)
    client.force_login(cast.suzuki)
    assert client.post(change(template), typed(name="発表会")).status_code == 302
    template.refresh_from_db()
    assert template.name == "発表会"
    assert AuditEntry.objects.filter(action="template changed").exists()


def test_a_teacher_uses_them_and_changes_none(client: Client, cast: Cast) -> None:
    template = made(cast, cast.sakura)
    client.force_login(cast.sato)
    page = client.get(LIST).content.decode()
    assert "学習発表会" in page
    assert change(template) not in page
    assert client.get(change(template)).status_code == 404
    assert client.get(NEW).status_code == 404
    assert client.post(NEW, typed(school=str(cast.sakura.id))).status_code == 404
    cards = client.get(reverse("console:choose_template")).content.decode()
    assert reverse("console:use_template", args=[template.id]) in cards


def test_a_draft_begins_with_the_filled_text(client: Client, cast: Cast) -> None:
    template = made(cast, cast.sakura)
    client.force_login(cast.sato)
    use = reverse("console:use_template", args=[template.id])
    assert "本文に入れる" in client.get(use).content.decode()
    slots = {"slot-0": "2026-11-25", "slot-1": "体育館", "slot-2": ""}
    here = client.post(use, slots).headers["Location"]
    message = Message.objects.get()
    assert here == reverse("console:draft", args=[message.id])
    assert (message.title, message.audience, message.state) == (
        "学習発表会（11月25日(水)）",
        {"exclude": [], "include": []},
        "draft",
    )
    assert message.text == "11月25日(水)に、体育館で学習発表会を行います。\n持ち物：｛持ち物｝"
    edit = client.post(
        f"{here}", {"title": message.title, "text": message.text, "action": "confirm"}, follow=True
    )
    assert "｛ ｝で囲まれたところが残っています。" in edit.content.decode()


def test_a_date_that_is_none_is_said(client: Client, cast: Cast) -> None:
    template = made(cast, cast.sakura)
    client.force_login(cast.sato)
    page = client.post(reverse("console:use_template", args=[template.id]), {"slot-0": "25日"})
    assert "日付を確かめてください。" in page.content.decode()
    assert not Message.objects.exists()


def test_the_boards_serve_all_schools_and_are_copied_to_be_changed(client: Client, cast: Cast) -> None:
    theirs = made(cast, None)
    client.force_login(cast.suzuki)
    page = client.get(LIST).content.decode()
    assert "学習発表会" in page
    assert client.get(change(theirs)).status_code == 404  # the board's
    copy = reverse("console:template_copy", args=[theirs.id])
    client.post(copy, {"school": str(cast.sakura.id)})
    own = MessageTemplate.objects.get(school=cast.sakura)
    assert (own.name, own.text) == (theirs.name, theirs.text)
    again = client.post(copy, {"school": str(cast.sakura.id)}, follow=True)
    assert "もう学校のひな形にあります" in again.content.decode()
    assert client.post(copy, {"school": str(cast.kashiwa.id)}).status_code == 404
    assert templates.templates_for(cast.sakura) == [own]  # its namesake of the board is not offered twice
    assert templates.templates_for(cast.kashiwa) == [theirs]


def test_another_school_sees_none_of_them(client: Client, cast: Cast) -> None:
    template = made(cast, cast.sakura)
    client.force_login(cast.kobayashi)
    assert "学習発表会" not in client.get(LIST).content.decode()
    assert client.get(reverse("console:use_template", args=[template.id])).status_code == 404
    assert client.get(f"{LIST}?school={cast.sakura.id}").status_code == 404


def test_who_may_write_for_nobody_there_uses_none_there(client: Client, cast: Cast) -> None:
    theirs = made(cast, None)
    client.force_login(cast.sato)
    use = reverse("console:use_template", args=[theirs.id])
    assert client.post(f"{use}?from={cast.kashiwa.id}", {}).status_code == 404
    assert client.post(f"{use}?from=board", {}).status_code == 404


def test_retiring_asks_first(client: Client, cast: Cast) -> None:
    template = made(cast, cast.sakura)
    client.force_login(cast.suzuki)
    address = reverse("console:template_retire", args=[template.id])
    assert "「学習発表会」を使うのをやめますか" in client.get(address).content.decode()
    client.post(address)
    assert templates.templates_for(cast.sakura) == []
    assert client.get(change(template)).status_code == 404
    assert made(cast, cast.sakura).name == "学習発表会"  # the name is free again


def test_the_order_is_the_schools(client: Client, cast: Cast) -> None:
    names = ["一", "二", "三"]
    rows = [made(cast, cast.sakura, name) for name in names]
    client.force_login(cast.suzuki)
    up = reverse("console:template_move", args=[rows[2].id])
    client.post(up, {"to": "up"})
    assert [one.name for one in templates.templates_for(cast.sakura)] == ["一", "三", "二"]
    client.post(up, {"to": "up"})
    client.post(up, {"to": "up"})  # already first
    assert [one.name for one in templates.templates_for(cast.sakura)] == ["三", "一", "二"]
    client.post(up, {"to": "down"})
    assert [one.name for one in templates.templates_for(cast.sakura)] == ["一", "三", "二"]


def test_the_board_begins_with_the_starters(client: Client, cast: Cast) -> None:
    client.force_login(cast.tanaka)
    assert "見本のひな形を入れる" in client.get(LIST).content.decode()
    client.post(reverse("console:template_starters"))
    assert "引き渡し" in client.get(LIST).content.decode()
    assert MessageTemplate.objects.filter(school=None).count() == 16
    client.force_login(cast.suzuki)
    assert client.post(reverse("console:template_starters")).status_code == 404


def test_starters_are_given_once(cast: Cast) -> None:
    assert starter_templates.ensure() == 16
    templates.retire(access(cast.tanaka), MessageTemplate.objects.get(name="集金"))
    assert starter_templates.ensure() == 0
    assert "集金" not in [one.name for one in templates.templates_for(cast.sakura)]
