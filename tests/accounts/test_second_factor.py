"""Who is asked for a second factor: staff who have one, and guardians who set up an authenticator app."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import User
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db


def asked(client: Client, user: User, kind: str) -> bool:
    cache.clear()
    Authenticator.objects.create(user=user, type=kind, data={"name": "x"})
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return answer.headers["Location"] == reverse("mfa_authenticate")


def test_a_guardians_passkey_is_no_lock_on_the_password(cast: Cast, client: Client) -> None:
    assert not asked(client, cast.kim.user, "webauthn")
    assert client.get("/settings").status_code == 200


def test_a_guardian_who_set_up_an_app_wanted_the_lock(cast: Cast, client: Client) -> None:
    assert asked(client, cast.kim.user, "totp")
    assert client.get("/settings").status_code == 302


def test_staff_are_asked_for_their_passkey(cast: Cast, client: Client) -> None:
    assert asked(client, cast.sato, "webauthn")


def test_account_pages_of_guardians_stand_in_the_app_those_of_staff_do_not(
    cast: Cast, client: Client
) -> None:
    pages = ("account_change_password", "mfa_list_webauthn", "usersessions_list", "account_reauthenticate")
    for user, in_app in ((cast.kim.user, True), (cast.sato, False)):
        client.force_login(user)
        for name in pages:
            page = client.get(reverse(name)).content.decode()
            assert ('class="bottom-nav"' in page) is in_app, name
            assert ('class="signin-card' in page) is not in_app, name


def test_a_changed_password_leads_back_and_is_told_by_mail(
    cast: Cast, client: Client, mailoutbox: list[object]
) -> None:
    client.post("/accounts/login/", {"login": "kim@mail.example", "password": PASSWORD})
    fresh = "natsu-no-umi-2026"
    typed = {"oldpassword": PASSWORD, "password1": fresh, "password2": fresh, "next": "/settings"}
    answer = client.post(reverse("account_change_password"), typed, follow=True)
    assert answer.redirect_chain[-1][0] == "/settings"
    assert "パスワードを変えました" in answer.content.decode()
    (warned,) = mailoutbox
    assert warned.to == ["kim@mail.example"]  # type: ignore[attr-defined]
    assert "パスワードが変わりました" in warned.body  # type: ignore[attr-defined]
    assert "kim@" not in warned.body  # type: ignore[attr-defined]
