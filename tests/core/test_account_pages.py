"""allauth's pages, drawn with our components: signing in, the second factor, and errors on them."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db


def test_the_sign_in_page_is_ours(client: Client) -> None:
    html = client.get(reverse("account_login")).content.decode()
    assert 'class="signin-card' in html
    assert 'class="button' in html
    assert 'class="field' in html
    assert "必須" in html


def test_a_wrong_password_is_said_on_top_and_the_address_stays(client: Client, cast: Cast) -> None:
    answer = client.post(reverse("account_login"), {"login": "suzuki@school.example", "password": "wrong"})
    html = answer.content.decode()
    assert 'role="alert"' in html
    assert 'value="suzuki@school.example"' in html


def test_staff_without_a_second_factor_are_told_why_they_are_here(client: Client, cast: Cast) -> None:
    client.post(reverse("account_login"), {"login": "suzuki@school.example", "password": PASSWORD})
    html = client.get(reverse("mfa_index"), {"needed": 1}).content.decode()
    assert "ログインの安全" in html
    assert 'class="panel"' in html


def test_the_list_of_devices_speaks_of_devices(client: Client, cast: Cast) -> None:
    login = {"login": "kim@mail.example", "password": PASSWORD}
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"
    client.post("/accounts/login/", login, headers={"User-Agent": iphone})
    page = client.get("/accounts/sessions/").content.decode()
    assert "iPhone の Safari" in page
    assert "Mozilla" not in page
    Client().post("/accounts/login/", login)
    assert "ほかの端末をログアウトする" in client.get("/accounts/sessions/").content.decode()
