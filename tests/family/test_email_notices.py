"""E-mail addresses in the settings: why one is dead, and warnings to the others when one comes or goes."""

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from otayori.delivery.models import Endpoint
from otayori.family.bounced import Why, why
from tests.cast import Cast, mail_endpoint
from tests.family.paper import code_in_mail

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim(cast: Cast, client: Client) -> Client:
    cache.clear()
    client.force_login(cast.kim.user)
    return client


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("550 5.1.1", Why.GONE),
        ("550 5.2.1", Why.GONE),
        ("bounce 5.1.10", Why.GONE),
        ("bounce 5.0.0 no mailbox", Why.GONE),
        ("bounce 5.2.2", Why.FULL),
        ("552 5.3.1", Why.FULL),
        ("bounce 5.7.1", Why.REFUSED),
        ("554 5.7.26", Why.REFUSED),
        ("bounce 5.0.0", Why.UNKNOWN),
        ("550", Why.UNKNOWN),
        ("", Why.UNKNOWN),
    ],
)
def test_codes_mean_something_to_do(code: str, meant: Why) -> None:
    assert why(code) is meant


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("550 5.1.1", "使われていない"),
        ("bounce 5.2.2", "受信箱がいっぱい"),
        ("bounce 5.7.1", "My docomo"),
        ("bounce 5.0.0", "届かなくなりました"),
    ],
)
def test_a_dead_address_says_why(cast: Cast, kim: Client, code: str, words: str) -> None:
    Endpoint.objects.filter(guardian=cast.kim).update(state="disabled", code=code)
    assert words in kim.get("/settings/email").content.decode()
    kim.post("/settings/email", {"email_choice": "kim@mail.example"})  # 「もう一度確かめる」
    kim.post("/settings/email/code", {"code": code_in_mail()})
    assert Endpoint.objects.get(guardian=cast.kim).state == "active"


def test_the_other_addresses_hear_of_a_new_one(cast: Cast, kim: Client) -> None:
    dead = mail_endpoint(cast.kim, "dead@mail.example")
    Endpoint.objects.filter(id=dead.id).update(state="disabled", code="550 5.1.1")
    kim.post("/settings/email", {"email": "kim2@mail.example"})
    kim.post("/settings/email/code", {"code": code_in_mail()})
    warned = mail.outbox[-1]
    assert [one.to for one in mail.outbox] == [["kim2@mail.example"], ["kim@mail.example"]]
    assert "追加されました" in warned.body
    assert "kim2" not in str(warned.body)
    assert "キム" not in warned.subject + str(warned.body)


def test_a_removed_address_and_those_that_stay_hear_of_it(cast: Cast, kim: Client) -> None:
    second = mail_endpoint(cast.kim, "kim2@mail.example")
    kim.post(reverse("family:remove_endpoint", args=[second.id]))
    assert [one.to for one in mail.outbox] == [["kim2@mail.example"], ["kim@mail.example"]]
    assert all("kim2" not in str(one.body) for one in mail.outbox)
