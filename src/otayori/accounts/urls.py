"""Signing in and what protects an account. Of allauth's pages only those that are wanted here."""

from allauth.account import views as account
from django.urls import include, path

from otayori.accounts import passkeys, reset
from otayori.accounts.closed import no_sign_up

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", reset.ask, name="account_reset_password"),
    path("password/reset/code/", reset.renew, name="account_reset_password_code"),
    path("signup/", no_sign_up, name="account_signup"),
    path("2fa/webauthn/add/", passkeys.add, name="mfa_add_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
