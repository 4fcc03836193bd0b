"""The calendar of a month: what went out, what is to, and only what this person sees."""

from datetime import date, datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import Role
from otayori.console.context import channel_trouble, forget_trouble
from otayori.core import clock
from otayori.messaging.audience import Target
from otayori.messaging.models import Message
from tests.cast import Cast, staff
from tests.console.many import fill
from tests.console.message_stories import draft, released, scheduled, whole

pytestmark = pytest.mark.django_db
CALENDAR = "/console/messages/calendar"
LATER = (clock.today().replace(day=1) + timedelta(days=70)).replace(day=15)
AT = datetime.combine(LATER, time(9, 30), tzinfo=clock.TOKYO)
MONTH = f"?month={LATER:%Y-%m}"


def days(client: Client, query: str = "") -> dict[date, list[str]]:
    """The titles of each day that shows any."""
    weeks = client.get(CALENDAR + query).context["weeks"]
    cells = [cell for week in weeks for cell in week if cell.get("entries")]
    return {cell["day"]: [entry.message.title for entry in cell["entries"]] for cell in cells}


def test_sent_scheduled_and_wished_for_stand_on_their_days(client: Client, cast: Cast) -> None:
    released(cast.suzuki, cast.sakura, whole(cast.sakura), title="送ったもの")
    scheduled(cast.suzuki, cast.sakura, whole(cast.sakura), title="予約", release_at=AT)
    asked = draft(cast.sato, cast.sakura, title="承認待ち", release_at=AT + timedelta(hours=1))
    Message.objects.filter(id=asked.id).update(
        state="approval", asked_by=cast.sato, asked_at=clock.now(), fingerprint="x"
    )
    draft(cast.suzuki, cast.sakura, title="下書き", release_at=AT)
    client.force_login(cast.suzuki)
    assert days(client) == {clock.today(): ["送ったもの"]}
    assert days(client, MONTH) == {LATER: ["予約", "承認待ち"]}
    page = client.get(CALENDAR + MONTH).content.decode()
    assert "09:30" in page
    assert reverse("console:message", args=[asked.id]) in page
    assert f"?day={LATER}" in page


def test_each_sees_what_is_theirs(client: Client, cast: Cast) -> None:
    released(cast.suzuki, cast.sakura, whole(cast.sakura), title="桜小から")
    released(cast.tanaka, None, Target(kind="ward"), title="区から")
    released(cast.kobayashi, cast.kashiwa, Target(kind="classroom", id=cast.j1_1.id), title="柏中から")
    scheduled(cast.suzuki, cast.sakura, whole(cast.sakura), title="校長の予約", release_at=AT)
    client.force_login(cast.sato)
    assert days(client) == {clock.today(): ["桜小から", "区から"]}
    assert days(client, MONTH) == {}
    assert "この月に送ったお知らせも" in client.get(CALENDAR + MONTH).content.decode()
    client.force_login(cast.tanaka)
    assert days(client) == {clock.today(): ["桜小から", "区から", "柏中から"]}
    assert days(client, f"?school={cast.kashiwa.id}") == {clock.today(): ["区から", "柏中から"]}
    client.force_login(cast.sato)
    assert client.get(f"{CALENDAR}?school={cast.kashiwa.id}").status_code == 404
    client.force_login(cast.kim.user)
    assert client.get(CALENDAR).status_code == 404


def test_months_lead_to_the_next_and_nonsense_to_this_one(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    page = client.get(f"{CALENDAR}?month=2027-01").content.decode()
    assert "2027年1月" in page
    assert 'href="?month=2026-12"' in page
    assert 'href="?month=2027-02"' in page
    for nonsense in ("2027-13", "x", "1500-01", "2027", "2027-01-01"):
        context = client.get(f"{CALENDAR}?month={nonsense}").context
        assert context["is_present"], nonsense


def test_a_full_day_says_how_many_more_there_are(client: Client, cast: Cast) -> None:
    for n in range(6):
        released(cast.suzuki, cast.sakura, whole(cast.sakura), title=f"その {n}")
    client.force_login(cast.suzuki)
    page = client.get(CALENDAR).content.decode()
    assert "ほか 2件" in page
    today = f"/console/messages/?when={clock.today()}"
    assert today in page
    assert len(client.get(today).context["rows"]) == 6


def test_a_day_that_was_chosen_stands_in_the_form(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    page = client.get(f"/console/messages/new?day={LATER}").content.decode()
    assert f'value="{LATER}"' in page
    assert 'value="16:00"' in page
    assert "か所を直してください" not in page
    assert client.get("/console/messages/new?day=nonsense").status_code == 200


def test_an_auditor_looks_and_writes_nothing(client: Client, cast: Cast) -> None:
    released(cast.suzuki, cast.sakura, whole(cast.sakura), title="桜小から")
    client.force_login(staff("監査 花子", "kansa@board.example", None, Role.AUDITOR))
    assert days(client) == {clock.today(): ["桜小から"]}
    assert "?day=" not in client.get(CALENDAR).content.decode()


@pytest.mark.slow
def test_statements_are_few_for_a_large_school(
    client: Client, cast: Cast, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    fill(cast)
    for person in (cast.suzuki, cast.tanaka):
        client.force_login(person)
        client.get(CALENDAR)
        forget_trouble()
        channel_trouble()
        with django_assert_max_num_queries(12):
            client.get(CALENDAR)
