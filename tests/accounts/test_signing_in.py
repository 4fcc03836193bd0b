"""Signing in: by address and password, with a second factor, with a new password by mail."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import Membership, User
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _no_earlier_tries() -> None:
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> object:
    return client.post(LOGIN, {"login": email, "password": password, **more})


def test_staff_come_to_the_console_and_guardians_to_their_inbox(client: Client, cast: Cast) -> None:
    assert sign_in(client, "Suzuki@School.example").url == reverse("start")  # type: ignore[attr-defined]
    assert client.get(reverse("start")).headers["Location"] == reverse("console:home")
    client.logout()
    sign_in(client, "kim@mail.example")
    assert client.get(reverse("start")).headers["Location"] == reverse("family:inbox")


def test_a_wrong_password_and_an_unknown_address_look_the_same(client: Client, cast: Cast) -> None:
    wrong = sign_in(client, "kim@mail.example", "not-the-password")
    unknown = sign_in(client, "nobody@mail.example", "not-the-password")
    assert wrong.status_code == unknown.status_code == 200  # type: ignore[attr-defined]
    assert wrong.context["form"].errors == unknown.context["form"].errors  # type: ignore[attr-defined]
    assert "kim@mail.example" in wrong.content.decode()  # type: ignore[attr-defined] # what was typed is kept


def test_five_wrong_tries_lock_the_account_for_a_while(client: Client, cast: Cast) -> None:
    for _ in range(5):
        sign_in(client, "kim@mail.example", "guess-guess-guess")
    sign_in(client, "kim@mail.example")
    assert "_auth_user_id" not in client.session
    sign_in(client, "yamada@mail.example")  # another account of the same household is not locked out
    assert "_auth_user_id" in client.session


def test_guesses_from_elsewhere_lock_nobody_out(client: Client, cast: Cast) -> None:
    for _ in range(6):
        client.post(LOGIN, {"login": "kim@mail.example", "password": "guess-guess"}, REMOTE_ADDR="192.0.2.7")
    sign_in(client, "kim@mail.example")
    assert "_auth_user_id" in client.session


def test_a_long_session_of_a_guardian_who_teaches_does_not_open_the_console(
    client: Client, cast: Cast
) -> None:
    Membership.objects.create(user=cast.kim.user, school=cast.sakura, role="teacher")
    sign_in(client, "kim@mail.example")
    assert client.get(reverse("console:home")).status_code == 200
    session = client.session
    session["seen"] -= 3 * 60 * 60
    session["account_authentication_methods"][-1]["at"] -= 3 * 60 * 60
    session.save()
    assert client.get(reverse("family:inbox")).status_code == 200
    asked = client.get(reverse("console:home")).headers["Location"]
    assert asked.startswith(reverse("account_reauthenticate"))
    client.post(asked, {"password": PASSWORD})
    assert client.get(reverse("console:home")).status_code == 200


def test_an_account_out_of_use_does_not_come_in(client: Client, cast: Cast) -> None:
    User.objects.filter(id=cast.sato.id).update(is_active=False)
    sign_in(client, "sato@school.example")
    assert "_auth_user_id" not in client.session


def test_nobody_signs_up_by_himself(client: Client, cast: Cast) -> None:
    assert client.get("/accounts/signup/").headers["Location"] == reverse("family:join")


@pytest.mark.django_db(transaction=True)  # that a factor was added is told at the commit
def test_staff_without_a_second_factor_are_led_to_set_one_up(
    client: Client, cast: Cast, settings: object
) -> None:
    settings.OTAYORI_STAFF_MFA = "required"  # type: ignore[attr-defined]
    sign_in(client, "suzuki@school.example")
    assert client.get(reverse("console:home")).headers["Location"].startswith(reverse("mfa_index"))

    asked_again = client.get(reverse("mfa_activate_totp")).headers["Location"]
    assert client.post(asked_again, {"password": "not-the-password"}).status_code == 200
    assert client.post(asked_again, {"password": PASSWORD}).status_code == 302
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    client.post(reverse("mfa_activate_totp"), {"code": code})
    assert client.get(reverse("console:home")).status_code == 200

    client.logout()
    answer = sign_in(client, "suzuki@school.example")
    assert answer.url == reverse("mfa_authenticate")  # type: ignore[attr-defined] # the password alone is no longer enough
    assert "_auth_user_id" not in client.session


def test_a_lost_password_is_renewed_by_a_mailed_code(
    client: Client, cast: Cast, mailoutbox: list[EmailMessage]
) -> None:
    client.post(reverse("account_reset_password"), {"email": "kim@mail.example"})
    (mail,) = mailoutbox
    assert mail.to == ["kim@mail.example"]
    assert not re.search(r"\d", mail.subject)  # a code in the subject would show on the lock screen
    (code,) = re.findall(r"\b\d{6}\b", mail.body)
    page = reverse("account_reset_password_code")

    wrong = client.post(
        page, {"code": "000000" if code != "000000" else "1" * 6, "password": "natsu-no-umi-2026"}
    )
    assert wrong.status_code == 200
    weak = client.post(page, {"code": code, "password": "short"})
    assert weak.context["form"].errors["password"]
    assert client.post(page, {"code": code, "password": "natsu-no-umi-2026"}).headers["Location"] == LOGIN
    sign_in(client, "kim@mail.example", "natsu-no-umi-2026")
    assert "_auth_user_id" in client.session


def test_asking_for_a_code_does_not_tell_who_has_an_account(
    client: Client, cast: Cast, mailoutbox: list[EmailMessage]
) -> None:
    answer = client.post(reverse("account_reset_password"), {"email": "nobody@mail.example"})
    assert answer.headers["Location"] == reverse("account_reset_password_code")
    assert mailoutbox == []
    page = client.post(
        reverse("account_reset_password_code"), {"code": "123456", "password": "natsu-no-umi-2026"}
    )
    assert page.status_code == 200


def test_a_wrong_code_does_not_tell_who_has_an_account(cast: Cast, mailoutbox: list[EmailMessage]) -> None:
    typed = {"code": "no code", "password": "natsu-no-umi-2026"}
    told = []
    for email in ("kim@mail.example", "nobody@mail.example"):
        guesser = Client()
        guesser.post(reverse("account_reset_password"), {"email": email})
        told.append([guesser.post(reverse("account_reset_password_code"), typed) for _ in range(6)])
    (known, unknown) = ([answer.context["form"].errors for answer in answers] for answers in told)
    assert known == unknown
    assert known[0] != known[5]  # five tries each


def test_codes_are_not_mailed_without_end(cast: Cast, mailoutbox: list[EmailMessage]) -> None:
    for _ in range(6):
        Client().post(reverse("account_reset_password"), {"email": "Kim@mail.example"})
    refused = Client().post(reverse("account_reset_password"), {"email": "kim@mail.example"})
    assert "1時間" in refused.content.decode()
    assert len(mailoutbox) == 6


def test_the_session_does_not_hold_the_address(client: Client, cast: Cast) -> None:
    sign_in(client, "kim@mail.example")
    assert "_auth_user_id" in client.session
    assert "kim@" not in str(dict(client.session))


def test_a_password_is_not_common_and_not_the_address(cast: Cast, client: Client) -> None:
    client.force_login(cast.kim.user)
    for weak in ("password1234", "kim@mail.example"):
        answer = client.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": weak, "password2": weak},
        )
        assert answer.status_code == 200
    cast.kim.user.refresh_from_db()
    assert cast.kim.user.check_password(PASSWORD)
