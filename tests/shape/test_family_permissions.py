"""Who sees and does what at every address of the guardian app: one table, as test_permissions.py for staff.

The message went to 3年1組. "recipient" is Yamada (Aoi), whose endpoint it is; "blocked" a guardian of Sora of
that class whom the school has blocked; "other" one of a child of 3年2組; "staff" Sato, the author, who has no
child here.
"""

from typing import Final

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern

from tests.addresses import addresses, patterns
from tests.cast import Cast
from tests.shape.permissions import NOBODY, Line, deed, form, page
from tests.shape.things import messages, of_the_message, of_the_school

pytestmark = pytest.mark.django_db

RECIPIENT: Final = "recipient"
GUARDIANS: Final = "recipient blocked other"  # each the own things

TABLE: Final[dict[str, Line]] = {
    "message": page(RECIPIENT),
    "date": page(RECIPIENT),
    "file": page(RECIPIENT),
    "file_page": page(RECIPIENT),
    "file_download": page(RECIPIENT),
    "remove_endpoint": form(RECIPIENT),
    "inbox": page(GUARDIANS),
    "receipts": deed(GUARDIANS),
    "queue": deed(GUARDIANS),
    "token": page(GUARDIANS),
    "calendar": page(GUARDIANS),
    "calendar_feed": page(GUARDIANS),
    "calendar_feed_make": deed(GUARDIANS),
    "calendar_feed_stop": deed(GUARDIANS),
    "settings": page(GUARDIANS),
    "notifications": page(GUARDIANS),
    "quiet": form(GUARDIANS),
    "reach": page(GUARDIANS),
    "reach_device": deed(GUARDIANS),
    "reach_report": deed(GUARDIANS),
    "add_email": form(GUARDIANS),
    "confirm_email": form(GUARDIANS),
    "devices": page(GUARDIANS),
    "rename_device": form(NOBODY),  # the thing is an e-mail address: see test_devices.py
    "try_device": form(NOBODY),
    "push_which": deed(GUARDIANS),
    "account": form(GUARDIANS),
    "account_code": form(GUARDIANS),
    "account_proof": form(GUARDIANS),
    "lost": form(GUARDIANS),
    "lost_done": page(GUARDIANS),
    "push_subscribe": deed(GUARDIANS),
    "push_unsubscribe": deed(GUARDIANS),
    "push_test": deed(GUARDIANS),
    "join_app": page(GUARDIANS),
    "join_done": page(GUARDIANS),
    "join_passkey": form(GUARDIANS),
}


@pytest.fixture
def clients(cast: Cast) -> dict[str, Client]:
    people = {
        "recipient": cast.yamada.user,
        "blocked": cast.blocked.user,
        "other": cast.alvarez.user,
        "staff": cast.sato,
    }
    signed_in = {role: Client() for role in people}
    for role, client in signed_in.items():
        client.force_login(people[role])
    return signed_in


def door(pattern: URLPattern) -> str:
    return str(getattr(pattern.callback, "door", ""))


def test_every_address_for_guardians_has_its_line() -> None:
    assert {str(one.name) for one in patterns("family") if door(one) == "guardian"} == set(TABLE)
    others = [one for one in patterns("family") if str(one.name) not in TABLE]
    assert all(door(one).startswith("everyone: ") for one in others)


@pytest.mark.parametrize("state", ["released", pytest.param("recalled", marks=pytest.mark.slow)])
def test_guardians_see_and_do_what_the_table_says(cast: Cast, clients: dict[str, Client], state: str) -> None:
    things = of_the_school(cast) | of_the_message(messages(cast)[state])
    found = {}
    for name, address in addresses("family", things):
        if name in TABLE:
            see = [role for role, client in clients.items() if is_answered(client.get(address))]
            do = [role for role, client in clients.items() if may_post(client, address)]
            found[name] = Line(" ".join(see), " ".join(do))
    no_files = {name: page(NOBODY) for name in TABLE if name.startswith("file") or name == "date"}
    assert found == TABLE | (no_files if state == "recalled" else {})


@pytest.mark.parametrize("state", ["draft", "approval", "scheduled", "undo"])
def test_nobody_at_home_sees_what_is_not_sent(cast: Cast, clients: dict[str, Client], state: str) -> None:
    for name, address in addresses("family", of_the_message(messages(cast)[state])):
        if name in ("message", "date", "file", "file_page", "file_download"):
            assert not [role for role, client in clients.items() if is_answered(client.get(address))], name


def test_who_is_not_signed_in_is_asked_to(cast: Cast, client: Client) -> None:
    things = of_the_school(cast) | of_the_message(messages(cast)["released"])
    for name, address in addresses("family", things):
        if name in TABLE:
            for answer in (client.get(address), client.post(address)):
                assert answer.headers.get("Location", "").startswith("/accounts/login/"), name


def may_post(client: Client, address: str) -> bool:
    """Try it, and take back what it did."""
    with transaction.atomic():
        answer = client.post(address)
        transaction.set_rollback(True)
    return is_answered(answer)


def is_answered(answer: HttpResponse) -> bool:
    """Staff without children are led to their own pages: that is no answer."""
    return answer.status_code not in (403, 404, 405) and answer.headers.get("Location") != "/console/"
