"""What guardians type into the forms of joining and signing in, as phones and people type it."""

import re

import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from otayori.core.languages import LANGUAGES
from tests.cast import Cast
from tests.family.paper import NEW_PASSWORD, fill_in, hand_out, scan

pytestmark = pytest.mark.django_db
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.fixture(autouse=True)
def _no_earlier_tries() -> None:
    cache.clear()


@pytest.mark.parametrize("typed", ["{wide}", "確認コード: {code}", "{code}\u3000"])
def test_the_code_for_a_new_password_is_read_as_a_phone_writes_it(
    client: Client, cast: Cast, mailoutbox: list[EmailMessage], typed: str
) -> None:
    client.post(reverse("account_reset_password"), {"email": "kim@mail.example"})
    (code,) = re.findall(r"\b\d{6}\b", str(mailoutbox[-1].body))
    sent = {"code": typed.format(code=code, wide=code.translate(WIDE)), "password": NEW_PASSWORD}
    answer = client.post(reverse("account_reset_password_code"), sent)
    assert answer.headers["Location"] == reverse("account_login")


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_a_short_password_is_refused_in_the_words_of_the_page(
    cast: Cast, client: Client, language: str
) -> None:
    client.cookies["otayori_language"] = language
    client.force_login(cast.kim.user)
    typed = {"oldpassword": "", "password1": "kurz", "password2": "kurz"}
    form = client.post(reverse("account_change_password"), typed).context["form"]
    assert form.errors["password1"] == [form.fields["password1"].help_text]


def test_errors_are_listed_in_the_order_of_the_page(cast: Cast, client: Client) -> None:
    _sheet, secrets = hand_out(cast.rin)
    scan(client, secrets)
    answer = fill_in(client, name="", relation="", email="", password="")
    assert list(answer.context["form"].errors) == ["name", "relation", "email", "password"]
