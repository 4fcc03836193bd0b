"""A guardian with a passkey becomes staff: the session of before does not open the console."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import Membership, Role
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db

HOME = reverse("console:home")


@pytest.fixture
def kim_works_here(cast: Cast, client: Client, settings: object) -> Authenticator:
    """Kim signed in by password alone, as guardians do, and is a teacher now."""
    settings.OTAYORI_STAFF_MFA = "required"  # type: ignore[attr-defined]
    cache.clear()
    passkey = Authenticator.objects.create(user=cast.kim.user, type="webauthn", data={"name": "x"})
    answer = client.post("/accounts/login/", {"login": cast.kim.user.email, "password": PASSWORD})
    assert answer.headers["Location"] != reverse("mfa_authenticate")
    Membership.objects.create(user=cast.kim.user, school=cast.sakura, role=Role.TEACHER)
    return passkey


def test_the_second_factor_is_asked_for_also_after_the_password(
    client: Client, kim_works_here: Authenticator
) -> None:
    passkey = f"{reverse('mfa_reauthenticate_webauthn')}?next=%2Fconsole%2F"
    assert client.get(HOME).headers["Location"] == passkey
    asked = f"{reverse('account_reauthenticate')}?next={HOME}"
    assert client.post(asked, {"password": PASSWORD}).headers["Location"] == HOME
    assert client.get(HOME).headers["Location"] == passkey
    assert client.get("/settings").status_code == 200  # the app stays open to the guardian


def test_setting_up_another_factor_does_not_get_around_the_first(
    client: Client, kim_works_here: Authenticator
) -> None:
    secret = generate_totp_secret()
    app = TOTP.activate(kim_works_here.user, secret).instance
    request = client.get("/settings").wsgi_request
    authenticator_added.send(sender=Authenticator, request=request, user=app.user, authenticator=app)
    request.session.save()  # type: ignore[attr-defined]
    assert client.get(HOME).headers["Location"].startswith(reverse("mfa_reauthenticate"))
