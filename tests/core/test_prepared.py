"""Statements that are compiled once: they find what their queryset finds, are counted, and open no door."""

import json
from uuid import UUID, uuid4

import pytest
from django.contrib.sessions.backends import db as django_sessions
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from otayori.accounts.backend import EmailBackend
from otayori.accounts.models import User
from otayori.accounts.session_store import SessionStore
from otayori.core.prepared import Prepared
from otayori.roster.models import Guardian
from tests.cast import Cast

pytestmark = pytest.mark.django_db
WHO = UUID(int=1)


def test_each_call_fills_the_blanks_anew(cast: Cast) -> None:
    found = Prepared(lambda user_id: User.objects.filter(pk=user_id), WHO)
    kim, sato = cast.kim.user, cast.sato
    assert [found.first(kim.pk), found.first(sato.pk), found.first(uuid4())] == [kim, sato, None]
    first = found.first(kim.pk)
    assert first is not None
    assert (first.name, first.email, first.created_at) == (kim.name, kim.email, kim.created_at)


def test_rows_of_other_tables_come_along(cast: Cast) -> None:
    found = Prepared(lambda who: Guardian.objects.select_related("user").filter(user_id=who), WHO)
    with CaptureQueriesContext(connection) as statements:
        kim = found.first(cast.kim.user_id)
        assert kim is not None
        assert kim.user.name == cast.kim.user.name
    assert len(statements) == 1  # and it is counted as those of querysets are


def test_a_blank_that_is_not_in_the_statement_is_a_mistake(cast: Cast) -> None:
    found: Prepared[User] = Prepared(lambda _unused: User.objects.filter(is_active=True), WHO)
    with pytest.raises(ValueError, match="sample"):
        found.first(cast.sato.pk)


def test_who_may_not_sign_in_any_more_is_nobody(cast: Cast) -> None:
    user = cast.kim.user
    assert EmailBackend().get_user(user.pk) == user
    user.is_active = False
    user.save()
    assert EmailBackend().get_user(user.pk) is None


def test_djangos_own_sessions_are_good(cast: Cast) -> None:
    theirs = django_sessions.SessionStore()
    theirs["school"] = "sakura"
    theirs.save()
    assert SessionStore(theirs.session_key)["school"] == "sakura"


def test_a_session_that_has_ended_is_none(cast: Cast) -> None:
    ended = SessionStore()
    ended["school"] = "sakura"
    ended.save()
    Session.objects.update(expire_date="2020-01-01T00:00Z")
    again = SessionStore(ended.session_key)
    assert again.load() == {}
    assert again.session_key is None


@pytest.mark.parametrize("change", ["password", "inactive"])
def test_a_phone_that_is_signed_in_is_let_go(cast: Cast, client: Client, change: str) -> None:
    client.force_login(cast.kim.user, backend="otayori.accounts.backend.EmailBackend")
    body = json.dumps({"items": []})

    def told() -> int:
        answer = client.post("/queue", body, content_type="application/json", HTTP_ACCEPT="application/json")
        return answer.status_code

    assert told() == 200
    if change == "password":
        cast.kim.user.set_password("another long password 2026")
    else:
        cast.kim.user.is_active = False
    cast.kim.user.save()
    assert told() == 401
