"""The address for signing in: changed by who has proven the new one and is proven by the old way."""

import re
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from otayori.core.models import AuditEntry
from otayori.delivery.models import Endpoint
from tests.cast import PASSWORD, Cast
from tests.family.paper import code_in_mail

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
NEW = "soyeon@mail.example"


@pytest.fixture(autouse=True)
def _no_earlier_tries() -> None:
    cache.clear()


@pytest.fixture
def kim(cast: Cast, client: Client) -> Client:
    client.post(LOGIN, {"login": "kim@mail.example", "password": PASSWORD})
    return client


def signs_in(email: str) -> bool:
    visitor = Client()
    visitor.post(LOGIN, {"login": email, "password": PASSWORD})
    return "_auth_user_id" in visitor.session


def prove_new(client: Client, email: str = NEW) -> None:
    client.post("/settings/account", {"email": email})
    assert mail.outbox[-1].to == [email]
    assert client.post("/settings/account/code", {"code": code_in_mail()}).status_code == 302


def prove_old(client: Client, *, old: str = "keep") -> Any:
    client.post("/settings/account/proof", {"send": "1"})
    assert mail.outbox[-1].to == ["kim@mail.example"]
    return client.post("/settings/account/proof", {"code": code_in_mail(), "old": old}, follow=True)


def mails_of(cast: Cast) -> dict[str, str]:
    rows = Endpoint.objects.filter(guardian=cast.kim, channel="email").exclude(code="removed")
    return {row.address: row.state for row in rows}


def test_the_old_mailbox_and_the_new_one_both_agree(cast: Cast, kim: Client) -> None:
    other = Client()
    other.post(LOGIN, {"login": "kim@mail.example", "password": PASSWORD})
    prove_new(kim)
    told = prove_old(kim).content.decode()
    assert "ログインに使うメールアドレスを変えました" in told
    assert NEW in told
    assert signs_in(NEW)
    assert not signs_in("kim@mail.example")
    assert mails_of(cast) == {"kim@mail.example": "active", NEW: "active"}
    assert other.get("/settings").status_code == 302  # signed out
    assert kim.get("/settings").status_code == 200
    warned = mail.outbox[-1]
    assert warned.to == ["kim@mail.example"]
    assert NEW not in warned.subject + str(warned.body)
    assert AuditEntry.objects.get(action="sign-in address changed").detail == {}


def test_the_old_address_is_left_where_the_guardian_wants_it(cast: Cast, kim: Client) -> None:
    prove_new(kim)
    prove_old(kim, old="stop")
    assert mails_of(cast) == {NEW: "active"}


def test_who_has_lost_the_old_mailbox_gives_the_password(cast: Cast, kim: Client) -> None:
    prove_new(kim)
    page = kim.get("/settings/account/proof").content.decode()
    way = re.search(r'href="(/accounts/reauthenticate/[^"]+)"', page)
    assert way
    assert kim.post("/settings/account/proof", {"old": "stop"}).status_code == 200  # not without it
    back = kim.post(way[1], {"password": PASSWORD, "next": "/settings/account/proof"})
    assert back.headers["Location"] == "/settings/account/proof"
    kim.post("/settings/account/proof", {"old": "stop"})
    assert signs_in(NEW)
    assert mail.outbox[-1].to == ["kim@mail.example"]  # told all the same


def test_a_phone_left_open_is_not_enough(cast: Cast, kim: Client) -> None:
    prove_new(kim)
    kim.post("/settings/account/proof", {"send": "1"})
    sent = code_in_mail()
    wrong = "000000" if sent != "000000" else "111111"
    for _ in range(6):
        answer = kim.post("/settings/account/proof", {"code": wrong, "old": "stop"})
        assert answer.status_code == 200
    assert 'value="stop"' in answer.content.decode()
    assert kim.post("/settings/account/proof", {"code": sent, "old": "stop"}).status_code == 200  # used up
    assert signs_in("kim@mail.example")


def test_steps_are_not_skipped(cast: Cast, kim: Client) -> None:
    assert kim.get("/settings/account/code").headers["Location"] == "/settings/account"
    assert kim.get("/settings/account/proof").headers["Location"] == "/settings/account"
    kim.post("/settings/account", {"email": NEW})
    assert kim.get("/settings/account/proof").headers["Location"] == "/settings/account"
    assert NEW not in str(dict(kim.session))


def test_another_account_s_address_is_not_told_from_a_free_one(cast: Cast, kim: Client) -> None:
    free, taken = "nobody@mail.example", "yamada@mail.example"
    pages = []
    for address in (free, taken):
        kim.post("/settings/account", {"email": address})
        assert mail.outbox[-1].to == [address]
        page = kim.post("/settings/account/code", {"code": "no code"}).content.decode()
        pages.append(re.sub(r'(value|content)="[^"]{64}"', "", page.replace(address, "")))
    assert pages[0] == pages[1]
    warned = mail.outbox[-1]
    assert not re.search(r"\d{6}", str(warned.body))
    assert "kim" not in str(warned.body)
    assert "何も変わっていません" in warned.body
    before = len(mail.outbox)
    kim.post("/settings/account", {"email": taken})  # pressed twice: one mail
    assert len(mail.outbox) == before


def test_pressing_twice_changes_nothing_more(cast: Cast, kim: Client) -> None:
    prove_new(kim)
    prove_old(kim)
    again = kim.post("/settings/account/proof", {"code": "123456", "old": "stop"})
    assert again.headers["Location"] == "/settings/account"
    assert mails_of(cast) == {"kim@mail.example": "active", NEW: "active"}
    assert AuditEntry.objects.filter(action="sign-in address changed").count() == 1


def test_an_address_taken_between_code_and_change_is_refused(cast: Cast, kim: Client) -> None:
    prove_new(kim)
    cast.yamada.user.set_email(NEW)
    cast.yamada.user.save()
    told = prove_old(kim).content.decode()
    assert "別のアドレスを入れてください" in told
    assert signs_in("kim@mail.example")


@pytest.mark.parametrize(
    ("typed", "words"),
    [("KIM@mail.example", "いまのアドレスと同じです"), ("soyeon", "メールアドレスの形ではない")],
)
def test_what_can_not_be_is_said_and_kept(kim: Client, typed: str, words: str) -> None:
    page = kim.post("/settings/account", {"email": typed}).content.decode()
    assert words in page
    assert f'value="{typed}"' in page


def test_codes_are_not_mailed_without_end(cast: Cast, kim: Client) -> None:
    for _ in range(6):
        kim.post("/settings/account", {"email": NEW})
    assert "1時間" in kim.post("/settings/account", {"email": NEW}).content.decode()


def test_a_mail_server_that_is_away_loses_nothing(kim: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = kim.post("/settings/account", {"email": NEW}).content.decode()
    assert "いま、メールを送れません" in page
    assert f'value="{NEW}"' in page
