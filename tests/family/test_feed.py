"""The address under which a guardian's own calendar reads the dates."""

import logging
import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from otayori.core.models import AuditEntry
from otayori.messaging.models import CalendarFeed
from otayori.roster.models import Guardian, Guardianship
from tests.cast import Cast
from tests.family.days import in_days, written
from tests.family.paper import correct, recall, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim(cast: Cast, client: Client) -> Client:
    client.force_login(cast.kim.user)
    return client


def make(client: Client) -> str:
    """The path of a new address, as the page shows it."""
    page = client.post("/calendar/feed/make").content.decode()
    found = re.search(r"http://testserver(/feed/[\w-]{22}\.ics)</p>", page)
    assert found
    return found[1]


def events(path: str) -> dict[str, object]:
    """What a calendar program reads, which is signed in nowhere; by summary."""
    answer = Client().get(path)
    assert answer.status_code == 200
    return {str(one["SUMMARY"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_a_calendar_reads_the_dates_of_both_schools(cast: Cast, kim: Client) -> None:
    send(cast.sakura, cast.sato, cast.haru, title="遠足", text=f"{written(3)} 9:00〜15:00")
    send(cast.kashiwa, cast.kobayashi, cast.jun, title="合唱祭", text=written(5))
    send(cast.sakura, cast.sato, cast.aoi, title="山田さん分", text=written(5))
    send(cast.sakura, cast.sato, cast.haru, title="ハルさん面談", text=written(7), individual=True)
    path = make(kim)
    assert set(events(path)) == {"遠足（桜小学校）", "合唱祭（柏中学校）", "学校からのお知らせ"}
    answer = Client().get(path)
    for line in (
        "X-WR-CALNAME:おたより",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
        "BEGIN:VTIMEZONE",
        "METHOD:PUBLISH",
    ):
        assert f"{line}\r\n" in answer.content.decode()
    assert answer["Content-Type"].startswith("text/calendar")
    assert "private" in answer["Cache-Control"]
    assert "キム" not in answer.content.decode()
    assert "ハル" not in answer.content.decode()


def test_the_address_is_shown_once_and_kept_as_a_hash(cast: Cast, kim: Client) -> None:
    token = make(kim).removeprefix("/feed/").removesuffix(".ics")
    page = kim.get("/calendar/feed").content.decode()
    assert token not in page
    assert "に作ったアドレスを使えます" in page
    assert "まだ読みに来ていません" in page
    kept = CalendarFeed.objects.get()
    assert len(bytes(kept.token_key)) == 16
    assert token.encode() not in bytes(kept.token_key)
    assert token not in str(list(AuditEntry.objects.values()))


def test_making_it_again_or_stopping_it_closes_the_address(cast: Cast, kim: Client) -> None:
    first = make(kim)
    second = make(kim)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    kim.post("/calendar/feed/stop")
    kim.post("/calendar/feed/stop")
    assert Client().get(second).status_code == 404
    assert "アドレスを作る" in kim.get("/calendar/feed").content.decode()
    deeds = list(AuditEntry.objects.filter(object_id=cast.kim.id).values_list("action", flat=True))
    assert sorted(deeds) == ["calendar feed made", "calendar feed made", "calendar feed stopped"]


def test_the_page_says_when_a_calendar_came(cast: Cast, kim: Client) -> None:
    Client().get(make(kim))
    assert "最後にカレンダーが読みに来た日" in kim.get("/calendar/feed").content.decode()


def test_a_shut_out_or_deleted_account_has_no_feed(cast: Cast, kim: Client) -> None:
    path = make(kim)
    cast.kim.user.is_active = False
    cast.kim.user.save()
    assert Client().get(path).status_code == 404
    Guardian.objects.filter(pk=cast.kim.pk).delete()
    assert not CalendarFeed.objects.exists()


def test_a_blocked_child_vanishes_from_it(cast: Cast, kim: Client) -> None:
    send(cast.sakura, cast.sato, cast.haru, title="遠足", text=written(3))
    send(cast.kashiwa, cast.kobayashi, cast.jun, title="合唱祭", text=written(5))
    path = make(kim)
    assert len(events(path)) == 2
    Guardianship.objects.filter(guardian=cast.kim, student=cast.jun).update(blocked_at=timezone.now())
    assert set(events(path)) == {"遠足（桜小学校）"}


def test_a_correction_moves_the_date_and_a_recall_takes_it_off(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足", text=written(3))
    path = make(kim)
    before = events(path)["遠足（桜小学校）"]
    correct(message, cast.sato, text=written(4))
    after = events(path)["遠足（桜小学校）"]
    assert before["UID"] == after["UID"]  # type: ignore[index]
    assert after.decoded("DTSTART") == in_days(4)  # type: ignore[attr-defined]
    recall(message, cast.sato)
    (title, gone), *others = events(path).items()
    assert not others
    assert title == "取り消されたお知らせ"
    assert gone["STATUS"] == "CANCELLED"  # type: ignore[index]
    assert gone["SEQUENCE"] == 3  # type: ignore[index]
    assert "遠足" not in Client().get(path).content.decode()


def test_it_goes_back_two_months(cast: Cast, kim: Client) -> None:
    at = timezone.now() - timedelta(days=80)
    send(cast.sakura, cast.sato, cast.haru, title="先月", text=written(-30), at=at)
    send(cast.sakura, cast.sato, cast.haru, title="昔", text=written(-70), at=at)
    send(cast.sakura, cast.sato, cast.haru, title="先", text=f"{in_days(200).year}年{written(200)}")
    assert set(events(make(kim))) == {"先月（桜小学校）", "先（桜小学校）"}


def test_nothing_new_is_304_and_few_statements(cast: Cast, kim: Client) -> None:
    for day in range(1, 30):
        send(None, cast.tanaka, cast.haru, cast.jun, text=written(day))
    path = make(kim)
    first = Client().get(path)
    with CaptureQueriesContext(connection) as statements:
        again = Client().get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert len(statements) <= 6, [query["sql"][:200] for query in statements]
    send(cast.sakura, cast.sato, cast.haru, text=written(40))
    assert Client().get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("token", ["x", "A" * 22, "A" * 21, "A" * 500, "あ" * 22])
def test_an_unknown_address_is_not_found(cast: Cast, token: str) -> None:
    assert Client().get(f"/feed/{token}.ics").status_code == 404


@pytest.mark.slow
def test_guessing_is_slowed_and_good_addresses_are_answered_all_the_same(cast: Cast, kim: Client) -> None:
    path = make(kim)
    answers = {Client().get(f"/feed/{'A' * 20}{number:02}.ics").status_code for number in range(70)}
    assert answers == {404, 429}
    assert Client().get(path).status_code == 200


def test_no_log_tells_the_address(cast: Cast, kim: Client, caplog: pytest.LogCaptureFixture) -> None:
    from otayori.core.logs import WithoutSecrets

    path = make(kim)
    kim.post("/calendar/feed/stop")
    with caplog.at_level(logging.WARNING, logger="django.request"):
        Client().get(path)
    (record,) = caplog.records
    assert WithoutSecrets().filter(record)
    assert path.removesuffix(".ics").removeprefix("/feed/") not in record.getMessage()
    assert record.getMessage() == "Not Found: /feed/…"


def test_titles_come_in_the_guardians_words(cast: Cast, client: Client) -> None:
    client.force_login(cast.alvarez.user)
    send(cast.sakura, cast.sato, cast.mei, title="遠足", text=f"{written(3)} 9:00〜15:00")
    (one,) = events(make(client)).values()
    assert isinstance(one.decoded("DTSTART"), datetime)  # type: ignore[attr-defined]
    assert "遠足" in str(one["SUMMARY"])  # type: ignore[index]


def test_anybodys_get_makes_nothing(cast: Cast, kim: Client) -> None:
    assert kim.get("/calendar/feed/make").status_code == 405
    assert not CalendarFeed.objects.exists()
