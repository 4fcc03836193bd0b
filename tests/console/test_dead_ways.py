"""A mail address that died, as a school sees it: the reason and the day, never the address."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otayori.accounts.models import User
from otayori.console.reasons import reason_of
from otayori.delivery import endpoints
from otayori.delivery.models import Endpoint
from otayori.roster.models import Guardian, Guardianship
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def page_of(user: User, client: Client, name: str, *args: object) -> str:
    client.force_login(user)
    page = client.get(reverse(f"console:{name}", args=args)).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def kill(person: Guardian, code: str) -> None:
    Endpoint.objects.filter(guardian=person).update(
        state=Endpoint.State.DISABLED, code=code, disabled_at=timezone.now() - timedelta(days=1)
    )


def test_the_school_sees_why_and_since_when(cast: Cast, client: Client) -> None:
    kill(cast.kim, "bounce 5.1.1")
    for page in (
        page_of(cast.suzuki, client, "student", cast.haru.id),
        page_of(cast.suzuki, client, "registration_classroom", cast.p3_1.id),
    ):
        assert "メール：メールアドレスが使われていません。" in page
        assert "昨日" in page
        assert "kim@" not in page


def test_an_address_that_was_taken_away_is_no_dead_one(cast: Cast, client: Client) -> None:
    endpoint = Endpoint.objects.get(guardian=cast.kim)
    endpoints.remove(cast.kim, endpoint.id)
    assert "使われていません" not in page_of(cast.suzuki, client, "student", cast.haru.id)


def test_nothing_is_said_of_a_blocked_guardian(cast: Cast, client: Client) -> None:
    kill(cast.blocked, "bounce 5.1.1")
    kill(cast.watanabe, "bounce 5.2.2")
    for name, args in (("student", cast.sora.id), ("registration_classroom", cast.p3_1.id)):
        page = page_of(cast.suzuki, client, name, args)
        assert "メールボックスがいっぱい" in page
        assert "使われていません" not in page
    assert Guardianship.objects.filter(guardian=cast.blocked, blocked_at=None).count() == 0


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("bounce 5.1.1", "使われていません"),
        ("bounce 5.1.10", "使われていません"),
        ("bounce 5.0.0 no mailbox", "使われていません"),
        ("bounce 5.5.0 no mailbox", "使われていません"),
        ("bounce 5.2.2", "いっぱい"),
        ("bounce 5.7.26", "断られました"),
        ("bounce 5.3.4", "大きすぎて"),
        ("bounce 4.4.1", "つながりませんでした"),
        ("bounce 5.0.0", "受け取られませんでした"),
    ],
)
def test_a_bounce_is_said_in_words(code: str, words: str) -> None:
    assert words in str(reason_of(code).what)
