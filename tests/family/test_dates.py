"""The dates of a message on its page, and as a file for the guardian's calendar."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from icalendar import Calendar, Event

from otayori.core.clock import TOKYO
from otayori.messaging import correct as correcting
from otayori.messaging.audience import Target
from otayori.messaging.dates import keep
from otayori.messaging.models import Message, MessageDate
from tests.cast import Cast
from tests.console.message_stories import access, released
from tests.family.days import in_days, written
from tests.family.paper import correct, recall, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim(cast: Cast, client: Client) -> Client:
    client.force_login(cast.kim.user)
    return client


def event(data: bytes) -> Event:
    (one,) = Calendar.from_ical(data).walk("VEVENT")
    return one


def dates(message: Message) -> list[object]:
    return list(MessageDate.objects.filter(message=message).values_list("day", flat=True))


def test_the_page_offers_the_dates_in_the_guardians_words(cast: Cast, kim: Client) -> None:
    text = f"発表会は{written(3)} 10:00〜12:00です。出欠は{written(1)}までに。"
    message = send(cast.sakura, cast.sato, cast.haru, text=text)
    page = kim.get(f"/m/{message.id}").content.decode()
    for words in (f"{written(3)} 10:00〜12:00", f"{written(1)}まで", "締切", "予定に入れる"):
        assert words in page
    assert re.findall(r'href="(/m/[^"]+ics)"', page) == [
        f"/m/{message.id}/dates/1.ics", f"/m/{message.id}/dates/2.ics"
    ]  # fmt: skip


def test_a_message_without_dates_says_nothing_of_them(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="給食", text="3年1組は1/2枚です。")
    assert "予定に入れる" not in kim.get(f"/m/{message.id}").content.decode()
    assert kim.get(f"/m/{message.id}/dates/1.ics").status_code == 404


def test_what_is_over_is_not_offered(cast: Cast, kim: Client) -> None:
    then = datetime.now(TOKYO) - timedelta(days=10)
    message = send(
        cast.sakura, cast.sato, cast.haru, title="会", text=f"{written(-5)}と{written(5)}です。", at=then
    )
    page = kim.get(f"/m/{message.id}").content.decode()
    assert f"/m/{message.id}/dates/2.ics" in page
    assert f"/m/{message.id}/dates/1.ics" not in page


def test_the_file_holds_one_date_of_a_day_and_its_hours(cast: Cast, kim: Client) -> None:
    text = f"{written(3)} 10:00〜12:00 キム ハルさんの"
    message = send(cast.sakura, cast.sato, cast.haru, title="学習発表会", text=text)
    answer = kim.get(f"/m/{message.id}/dates/1.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="otayori-{in_days(3):%Y%m%d}.ics"'
    one = event(answer.content)
    assert one["SUMMARY"] == "学習発表会（桜小学校）"
    assert one["DESCRIPTION"].endswith(f"/m/{message.id}")
    assert one.decoded("DTSTART") == datetime.combine(in_days(3), datetime.min.time(), TOKYO).replace(hour=10)
    assert one.decoded("DTEND") - one.decoded("DTSTART") == timedelta(hours=2)
    assert one["DTSTART"].params["TZID"] == "Asia/Tokyo"
    assert b"BEGIN:VTIMEZONE" in answer.content
    assert b"METHOD:PUBLISH" in answer.content
    assert "ハル" not in answer.content.decode()


def test_whole_days_end_on_the_day_after(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="休業", text=f"{written(3)}〜{written(5)}")
    data = kim.get(f"/m/{message.id}/dates/1.ics").content.decode()
    assert f"DTSTART;VALUE=DATE:{in_days(3):%Y%m%d}\r\n" in data
    assert f"DTEND;VALUE=DATE:{in_days(6):%Y%m%d}\r\n" in data


def test_a_deadline_says_so_and_takes_no_time(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="調査票", text=f"{written(3)} 17時まで")
    one = event(kim.get(f"/m/{message.id}/dates/1.ics").content)
    assert one["SUMMARY"] == "【締切】調査票（桜小学校）"
    assert one["TRANSP"] == "TRANSPARENT"
    assert one.decoded("DTSTART").hour == 17
    assert "DTEND" not in one


def test_lines_are_folded_at_75_octets_and_end_with_crlf(cast: Cast, kim: Client) -> None:
    title = "令和八年度第三回学校公開および学校運営協議会地域懇談会のお知らせ,;\\改行" * 2
    message = send(cast.sakura, cast.sato, cast.haru, title=title[:80], text=written(3))
    data = kim.get(f"/m/{message.id}/dates/1.ics").content
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    for line in data.split(b"\r\n"):
        line.decode()  # no letter is cut in the middle
    unfolded = data.replace(b"\r\n ", b"").decode()
    assert r"お知らせ\,\;\\改行" in unfolded
    assert event(data)["SUMMARY"] == f"{title[:80]}（桜小学校）"


def test_adding_it_again_after_a_correction_replaces_it(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足", text=written(3))
    before = event(kim.get(f"/m/{message.id}/dates/1.ics").content)
    correct(message, cast.sato, text=written(4))
    after = event(kim.get(f"/m/{message.id}/dates/1.ics").content)
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (1, 2)
    assert after.decoded("DTSTART") == in_days(4)


def test_of_a_message_to_one_family_not_even_the_title_goes_to_a_calendar(cast: Cast, kim: Client) -> None:
    message = send(
        cast.sakura, cast.sato, cast.haru, title="ハルさんの面談", text=written(3), individual=True
    )
    data = kim.get(f"/m/{message.id}/dates/1.ics").content
    assert event(data)["SUMMARY"] == "学校からのお知らせ"
    assert "ハル" not in data.decode()


def test_a_recalled_message_gives_no_date(cast: Cast, kim: Client) -> None:
    message = recall(send(cast.sakura, cast.sato, cast.haru, text=written(3)), cast.sato)
    assert kim.get(f"/m/{message.id}/dates/1.ics").status_code == 404
    assert "予定に入れる" not in kim.get(f"/m/{message.id}").content.decode()


def test_anothers_message_gives_none(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.aoi, text=written(3))
    assert kim.get(f"/m/{message.id}/dates/1.ics").status_code == 404


def test_dates_are_kept_at_the_release_and_move_with_a_correction(cast: Cast) -> None:
    room = Target(kind="classroom", id=cast.p3_1.id)
    message = released(cast.sato, cast.sakura, room, title="遠足", text=f"{written(3)}に行きます。")
    assert dates(message) == [in_days(3)]
    words = correcting.Correction("遠足", f"{written(5)}に行きます。", "日付が違っていました。")
    correcting.correct(access(cast.sato), message.id, words, seen=1)
    assert dates(message) == [in_days(5)]
    message.refresh_from_db()
    assert message.dated_version == message.version == 2


def test_dates_that_lie_there_already_are_replaced(cast: Cast) -> None:
    room = Target(kind="classroom", id=cast.p3_1.id)
    message = released(cast.sato, cast.sakura, room, title="遠足", text=f"{written(3)}に行きます。")
    Message.objects.filter(id=message.id).update(dated_version=0)  # as if nobody had looked
    message.refresh_from_db()
    keep.renew(message)
    assert dates(message) == [in_days(3)]


def test_many_dates_are_folded_so_that_the_files_are_not_far_down(cast: Cast, kim: Client) -> None:
    text = "\n".join(f"{written(day)} 行事" for day in range(1, 9))
    message = send(cast.sakura, cast.sato, cast.haru, title="月間予定", text=text)
    page = kim.get(f"/m/{message.id}").content.decode()
    places = [page.index(f"/m/{message.id}/dates/{number}.ics") for number in range(1, 9)]
    assert places == sorted(places)
    assert places[3] < page.index("ほかの日も見る") < places[4]
