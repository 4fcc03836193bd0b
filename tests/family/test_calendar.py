"""The page 予定: the dates of all the children's messages, by day."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otayori.messaging.models import MessageDate
from otayori.roster.models import Guardianship
from tests.cast import Cast
from tests.family.days import in_days, written
from tests.family.paper import correct, recall, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim(cast: Cast, client: Client) -> Client:
    client.force_login(cast.kim.user)
    return client


def page_of(client: Client) -> str:
    answer = client.get("/calendar")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_dates_of_both_schools_stand_by_day(cast: Cast, kim: Client) -> None:
    send(cast.kashiwa, cast.kobayashi, cast.jun, title="合唱祭", text=f"{written(9)} 9:30から")
    send(cast.sakura, cast.sato, cast.haru, title="持久走", text=f"{written(2)} 10:00〜12:00")
    send(None, cast.tanaka, cast.haru, cast.jun, title="調査", text=f"{written(4)}まで")
    page = page_of(kim)
    order = (
        "10:00〜12:00",
        "持久走",
        "みどり区教育委員会",
        "締切",
        "調査",
        "柏中学校",
        "09:30から",
        "合唱祭",
    )
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    for words in ("キム ハル", "キム ジュン", "桜小学校"):
        assert words in page


def test_without_dates_it_says_what_will_stand_here(cast: Cast, kim: Client) -> None:
    assert "これからの予定はありません" in page_of(kim)
    assert 'aria-current="page"' in page_of(kim)


def test_what_is_recalled_blocked_or_anothers_is_not_there(cast: Cast, kim: Client) -> None:
    recall(send(cast.sakura, cast.sato, cast.haru, title="取消分", text=written(3)), cast.sato)
    send(cast.sakura, cast.sato, cast.aoi, title="山田さん分", text=written(3))
    send(cast.kashiwa, cast.kobayashi, cast.jun, title="柏中分", text=written(3))
    assert "柏中分" in page_of(kim)
    Guardianship.objects.filter(guardian=cast.kim, student=cast.jun).update(blocked_at=timezone.now())
    page = page_of(kim)
    for gone in ("取消分", "山田さん分", "柏中分", "キム ジュン"):
        assert gone not in page


def test_last_weeks_are_folded_and_later_or_older_ones_are_left_out(cast: Cast, kim: Client) -> None:
    at = timezone.now() - timedelta(days=20)
    for title, days in (("先週", -3), ("先々週", -12), ("来週", 7), ("来季", 75)):
        send(cast.sakura, cast.sato, cast.haru, title=title, text=written(days), at=at)
    page = page_of(kim)
    assert page.index("来週") < page.index("終わった予定") < page.index("先週")
    assert "先々週" not in page
    assert "来季" not in page


def test_what_goes_on_for_days_stands_under_today(cast: Cast, kim: Client) -> None:
    text, at = f"{written(-2)}〜{written(2)}", timezone.now() - timedelta(days=5)
    send(cast.sakura, cast.sato, cast.haru, title="図書週間", text=text, at=at)
    page = page_of(kim)
    assert page.index(f'datetime="{in_days(0).isoformat()}"') < page.index(text) < page.index("図書週間")


def test_a_correction_moves_the_date(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足", text=written(3))
    assert f'datetime="{in_days(3).isoformat()}"' in page_of(kim)
    correct(message, cast.sato, text=written(6))
    page = page_of(kim)
    assert f'datetime="{in_days(6).isoformat()}"' in page
    assert f'datetime="{in_days(3).isoformat()}"' not in page
    assert MessageDate.objects.count() == 1


def test_few_statements_however_many_messages(cast: Cast, kim: Client) -> None:
    for day in range(1, 40):
        send(cast.sakura, cast.sato, cast.haru, text=written(day))
        send(None, cast.tanaka, cast.haru, cast.jun, text=f"{written(day)}、{written(day + 1)}")
    for most in (20, 10):  # the first time older messages are looked into, and keys are fetched
        with CaptureQueriesContext(connection) as statements:
            kim.get("/calendar")
        assert len(statements) <= most, [query["sql"][:200] for query in statements]
