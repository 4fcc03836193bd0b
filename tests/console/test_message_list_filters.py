"""Filters of the list of messages: they stand in the address, and nothing unfinished hides in an archive."""

from datetime import timedelta

import pytest
from django.test import Client

from otayori.console.context import channel_trouble, forget_trouble
from otayori.core import clock
from otayori.messaging.audience import Target
from otayori.messaging.models import Category, Message
from otayori.schools import set_up
from tests.cast import Cast, classroom
from tests.console.many import fill, in_year
from tests.console.message_stories import draft, released, scheduled, whole
from tests.messaging.attached import attach

pytestmark = pytest.mark.django_db
LIST = "/console/messages/"


def titles(client: Client, query: str = "") -> set[str]:
    return {row["message"].title for row in client.get(LIST + query).context["rows"]}


def test_who_what_to_whom_and_with_what(client: Client, cast: Cast) -> None:
    class_1 = Target(kind="classroom", id=cast.p3_1.id)
    grade = Target(kind="grade", id=cast.sakura.id, grade="P3")
    released(cast.sato, cast.sakura, class_1, title="1組へ", category=Category.EVENT)
    released(cast.suzuki, cast.sakura, grade, title="3年へ")
    attach(released(cast.suzuki, cast.sakura, whole(cast.sakura), title="全校へ"))
    released(cast.suzuki, cast.sakura, Target(kind="classroom", id=cast.p3_2.id), title="2組へ")
    client.force_login(cast.suzuki)
    assert titles(client, "?category=event") == {"1組へ"}
    assert titles(client, "?mine=1") == {"3年へ", "全校へ", "2組へ"}
    assert titles(client, "?files=1") == {"全校へ"}
    assert titles(client, f"?to={class_1.key}") == {"1組へ", "3年へ"}
    assert titles(client, f"?to={grade.key}") == {"1組へ", "2組へ", "3年へ"}
    assert titles(client, f"?to={whole(cast.kashiwa).key}") == titles(client)
    page = client.get(f"{LIST}?files=1&mine=1").content.decode()
    assert "絞り込み：今年度・自分が作成・ファイルあり" in page
    assert "ファイル 1個" in page
    assert 'name="files" value="1" checked' in page


def test_the_two_states_of_waiting_and_taking_back(client: Client, cast: Cast) -> None:
    asked = draft(cast.sato, cast.sakura, title="承認を待つもの")
    Message.objects.filter(id=asked.id).update(
        state="approval", asked_by=cast.sato, asked_at=clock.now(), fingerprint="x"
    )
    recalled = released(cast.suzuki, cast.sakura, whole(cast.sakura), title="取り消したもの")
    Message.objects.filter(id=recalled.id).update(recalled_at=clock.now(), recalled_by=cast.suzuki)
    released(cast.suzuki, cast.sakura, whole(cast.sakura), title="ふつうのもの")
    client.force_login(cast.suzuki)
    assert titles(client, "?state=approval") == {"承認を待つもの"}
    assert titles(client, "?state=recalled") == {"取り消したもの"}
    assert titles(client, "?state=sending") == {"ふつうのもの"}
    page = client.get(LIST).content.decode()
    assert page.count("取り消し済み") == 2  # the filter, and the row
    assert page.count("承認待ち") == 2  # the filter, and the row


def test_the_archive_by_school_year_and_month(client: Client, cast: Cast) -> None:
    last = clock.school_year() - 1
    set_up.open_year(last)
    in_year(released(cast.suzuki, cast.sakura, whole(cast.sakura), title="去年のもの"), last)
    released(cast.suzuki, cast.sakura, whole(cast.sakura), title="今年のもの")
    old = draft(cast.suzuki, cast.sakura, title="去年からの下書き")
    Message.objects.filter(id=old.id).update(created_at=clock.now() - timedelta(days=500))
    client.force_login(cast.suzuki)
    assert titles(client) == {"今年のもの", "去年からの下書き"}  # the present year is what one sees first
    assert titles(client, f"?when={last}") == {"去年のもの"}
    assert titles(client, f"?when={last}-10") == {"去年のもの"}
    assert titles(client, f"?when={last}-11") == set()
    assert titles(client, "?when=all") == {"去年のもの", "今年のもの", "去年からの下書き"}
    assert titles(client, f"?when={clock.today():%Y-%m-%d}") == {"今年のもの"}
    for nonsense in ("0", "2026-13", "2026-02-30", "x", "1-1-1-1", "9999"):
        assert titles(client, f"?when={nonsense}") == titles(client), nonsense
    page = client.get(f"{LIST}?when={last}").content.decode()
    assert f'<option value="{last}" selected>{last}年度' in page


def test_a_month_shows_what_is_to_go_out_in_it(client: Client, cast: Cast) -> None:
    at = clock.now() + timedelta(days=70)
    scheduled(cast.suzuki, cast.sakura, whole(cast.sakura), title="予約したもの", release_at=at)
    client.force_login(cast.suzuki)
    day = at.astimezone(clock.TOKYO).date()
    if clock.school_year(day) == clock.school_year():
        assert titles(client, f"?when={day:%Y-%m}") == {"予約したもの"}
    assert titles(client, f"?when={day}") == {"予約したもの"}


def test_the_classes_to_choose_from_are_those_of_the_year(client: Client, cast: Cast) -> None:
    last = clock.school_year() - 1
    set_up.open_year(last)
    old = classroom(cast.sakura, last, "P2", "4")
    past = released(cast.suzuki, cast.sakura, whole(cast.sakura), title="2年4組へ")
    Message.objects.filter(id=past.id).update(
        audience={"include": [{"kind": "classroom", "id": str(old.id)}], "exclude": []}
    )
    in_year(past, last)
    client.force_login(cast.suzuki)
    assert "2年4組" not in client.get(LIST).content.decode()
    assert titles(client, f"?when={last}&to=classroom:{old.id}") == {"2年4組へ"}


def test_the_board_filters_by_class_once_a_school_is_chosen(client: Client, cast: Cast) -> None:
    released(cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id), title="1組へ")
    client.force_login(cast.tanaka)
    assert 'name="to"' not in client.get(LIST).content.decode()
    assert titles(client, f"?sender={cast.sakura.id}&to=classroom:{cast.p3_1.id}") == {"1組へ"}


@pytest.mark.slow
def test_twelve_statements_for_a_large_school(
    client: Client, cast: Cast, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    fill(cast)
    for person in (cast.suzuki, cast.sato, cast.tanaka):
        client.force_login(person)
        for query in ("", "?state=sent", f"?sender={cast.sakura.id}&page=9"):
            client.get(LIST + query)
            forget_trouble()
            channel_trouble()
            with django_assert_max_num_queries(12):
                page = client.get(LIST + query).context["page"]
            assert len(page) == 20
    assert page.paginator.count > 250
