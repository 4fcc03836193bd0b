"""Sessions of guardians: they last on a phone in use, and a form that outlives one is not lost."""

import time
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from otayori.accounts import sessions
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
HALF_A_YEAR = 180 * 24 * 60 * 60


@pytest.fixture
def kim(cast: Cast, client: Client) -> Client:
    cache.clear()
    client.post(LOGIN, {"login": "kim@mail.example", "password": PASSWORD})
    client.get("/")
    return client


def a_week_passes(client: Client) -> None:
    session = client.session
    session["account_authentication_methods"][-1]["at"] -= sessions.RENEWED_AFTER + 1
    session[sessions._RENEWED] = session.get(sessions._RENEWED, 0) - sessions.RENEWED_AFTER - 1
    session.save()


def days_left(client: Client) -> int:
    return int((client.session.get_expiry_date() - timezone.now()).days)


def test_a_phone_in_use_stays_signed_in_and_writes_once_a_week(kim: Client) -> None:
    assert "otayori_session" not in kim.get("/").cookies  # no cookie anew, no write
    a_week_passes(kim)
    renewed = kim.get("/").cookies["otayori_session"]
    assert renewed["max-age"] == HALF_A_YEAR
    assert time.time() - kim.session[sessions._RENEWED] < 60
    assert "otayori_session" not in kim.get("/settings").cookies
    a_week_passes(kim)
    assert "otayori_session" in kim.get("/settings").cookies


def test_who_signs_in_after_an_interruption_is_not_signed_out_in_an_hour(cast: Cast, kim: Client) -> None:
    owner = kim.get("/settings/email").context["owner"]
    visitor = Client()
    visitor.post("/settings/email", {"email": "soyeon@mail.example", "owner": owner})
    visitor.post(LOGIN, {"login": "kim@mail.example", "password": PASSWORD})
    visitor.get("/settings/email")
    assert days_left(visitor) >= 179


def test_staff_who_are_guardians_are_left_to_their_own_door(cast: Cast, client: Client) -> None:
    from otayori.accounts.models import Membership

    Membership.objects.create(user=cast.kim.user, school=cast.sakura, role="teacher")
    client.post(LOGIN, {"login": "kim@mail.example", "password": PASSWORD})
    client.get("/console/")
    assert days_left(client) == 0
    client.get("/settings")
    assert days_left(client) == 0


@pytest.mark.parametrize("address", ["/settings/email", "/settings/account"])
def test_what_was_typed_outlives_the_session(cast: Cast, kim: Client, address: str) -> None:
    owner = kim.get(address).context["owner"]
    kim.logout()
    asked = kim.post(address, {"email": "soyeon@mail.example", "owner": owner})
    assert asked.headers["Location"] == f"{LOGIN}?next={address}"
    assert not mail.outbox
    assert "入力した内容は残っています" in kim.get(asked.headers["Location"]).content.decode()
    kim.post(LOGIN, {"login": "kim@mail.example", "password": PASSWORD, "next": address})
    assert 'value="soyeon@mail.example"' in kim.get(address).content.decode()
    assert "soyeon" not in kim.get(address).content.decode()  # once


def test_another_persons_typing_is_not_shown(cast: Cast, kim: Client) -> None:
    owner = kim.get("/settings/email").context["owner"]
    kim.logout()
    kim.post("/settings/email", {"email": "soyeon@mail.example", "owner": owner})
    kim.post(LOGIN, {"login": "yamada@mail.example", "password": PASSWORD})
    assert "soyeon" not in kim.get("/settings/email").content.decode()


def test_a_second_tab_with_an_old_page_is_told_what_to_do(cast: Cast) -> None:
    """Signing in again changes the CSRF token: an older tab is refused in words, and nothing is done."""
    tab = Client(enforce_csrf_checks=True)
    tab.force_login(cast.kim.user)
    answer: Any = tab.post("/settings/lost", {"device": "none", "csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 403
    assert "もう一度" in answer.content.decode()
