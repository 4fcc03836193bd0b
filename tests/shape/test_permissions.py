"""Who may see and do what: one table (permissions.py) over every address of the console.

A new address fails here until it has its line. The thing is sakura's; a message is one of the teacher Sato to
her own class, unless the line names another. What is refused is refused as if it did not exist.
"""

from collections.abc import Callable, Iterator
from typing import Final

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import Membership, Role, User
from otayori.delivery.parcel import Urgency
from otayori.messaging.models import MessageTemplate
from tests.addresses import addresses, patterns
from tests.cast import PASSWORD, Cast, staff
from tests.console.message_stories import draft, fields, whole
from tests.shape.permissions import MESSAGES, READ_BY_POST, TABLE
from tests.shape.things import messages, of_the_message, of_the_school, others

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

REFUSED: Final = (403, 404, 405)


@pytest.fixture
def clients(cast: Cast) -> dict[str, Client]:
    auditor = User.objects.create_user(email="kansa@board.example", name="監査 花子", password=PASSWORD)
    Membership.objects.create(user=auditor, role=Role.AUDITOR)
    people = {
        "author": cast.sato,
        "teacher": staff("森田 先生", "morita@school.example", cast.sakura, Role.TEACHER, cast.p3_2),
        "manager": cast.suzuki,
        "officer": cast.tanaka,
        "auditor": auditor,
        "elsewhere": cast.kobayashi,
        "chief-elsewhere": staff("森 校長", "mori@school.example", cast.kashiwa, Role.MANAGER),
        "family": cast.kim.user,
    }
    signed_in = {role: Client() for role in people}
    for role, client in signed_in.items():
        client.force_login(people[role])
        client.get("/console/")  # notes in the session when they were last here
    return signed_in


def test_every_address_has_its_line() -> None:
    assert {str(pattern.name) for pattern in patterns("console")} == set(TABLE)


def test_an_auditor_posts_to_nothing_that_changes() -> None:
    assert {name for name, line in TABLE.items() if "auditor" in line.do.split()} == READ_BY_POST


def test_everybody_sees_and_does_what_the_table_says(cast: Cast, clients: dict[str, Client]) -> None:
    posted = _posted(cast)
    found = {}
    for name, address in _lines(cast):
        form = posted | ({"sender": "board"} if name == "school_targets" else {})
        see = [role for role, client in clients.items() if _sees(client, address)]
        do = [role for role, client in clients.items() if _does(client, address, form)]
        found[name] = (" ".join(see), " ".join(do))
    wrong = {
        name: {"table": (line.see, line.do), "found": found.get(name)}
        for name, line in TABLE.items()
        if found.get(name) != (line.see, line.do)
    }
    assert not wrong


def test_who_is_not_signed_in_is_asked_to(cast: Cast, client: Client) -> None:
    for name, address in _lines(cast):
        for answer in (client.get(address), client.post(address)):
            assert answer.headers.get("Location", "").startswith("/accounts/login/"), name


def test_who_sees_a_message(cast: Cast, clients: dict[str, Client]) -> None:
    made = messages(cast) | others(cast)
    found = {
        what: " ".join(
            role for role, client in clients.items() if _sees(client, f"/console/messages/{message.id}/")
        )
        for what, message in made.items()
    }
    assert found == MESSAGES


@pytest.mark.parametrize(
    "what", ["draft", "approval", "scheduled", "one child", "board, one child", "board draft"]
)
def test_who_does_not_see_a_message_finds_none_of_its_addresses(
    cast: Cast, clients: dict[str, Client], what: str
) -> None:
    """Strangers try all addresses in test_strangers.py; these are people of the school and the board."""
    message = (messages(cast) | others(cast))[what]
    kept = of_the_message(message)
    query = f"?school={cast.sakura.id}"
    for role in {"author", "teacher", "officer", "auditor"} - set(MESSAGES[what].split()):
        for name, address in addresses("console", kept):
            if "message_id" in _named(name):
                assert not _sees(clients[role], address + query), (role, name)
                assert not _does(clients[role], address + query, _posted(cast)), (role, name)


def _lines(cast: Cast) -> Iterator[tuple[str, str]]:
    """Give the address of each line of the table, for its message."""
    things = of_the_school(cast)
    made = messages(cast) | others(cast)
    kept = {what: things | of_the_message(made[what]) for what in {line.of for line in TABLE.values()}}
    kept["board"]["template_id"] = MessageTemplate.objects.create(name="持ち物").id
    query = f"?school={cast.sakura.id}&from={cast.sakura.id}"
    for what, of_this in kept.items():
        for name, address in addresses("console", of_this):
            if TABLE[name].of == what:
                yield name, address + query


def _named(name: str) -> set[str]:
    return {
        key
        for pattern in patterns("console")
        if pattern.name == name
        for key in pattern.pattern.regex.groupindex
    }


def _posted(cast: Cast) -> dict[str, str]:
    """What forms need to be let beyond their door: in whose name, of which school, which button."""
    return {
        "sender": str(cast.sakura.id),
        "school": str(cast.sakura.id),
        "open": f"to:{cast.sakura.id}",
        "what": "call",
        "told": f"phone:{cast.aoi.id}",
    }


def _sees(client: Client, address: str) -> bool:
    return _tried(client.get, address)


def _does(client: Client, address: str, form: dict[str, str]) -> bool:
    return _tried(client.post, address, form)


def _tried(ask: Callable[..., HttpResponse], address: str, *form: dict[str, str]) -> bool:
    """Try it, and take back what it did: the next role finds the thing as it was."""
    with transaction.atomic():
        answer = ask(address, *form)
        transaction.set_rollback(True)
    return answer.status_code not in REFUSED


@pytest.mark.parametrize("role", ["teacher", "officer", "elsewhere", "chief-elsewhere"])
def test_a_draft_named_in_a_form_is_as_closed_as_one_in_an_address(
    cast: Cast, clients: dict[str, Client], role: str
) -> None:
    """What is posted names drafts, audiences and schools too: nobody gets at another's that way."""
    kept = draft(cast.suzuki, cast.sakura, whole(cast.sakura), title="極秘", urgency=Urgency.EMERGENCY)
    school = cast.kashiwa if "elsewhere" in role else cast.sakura
    typed = fields(whole(school), action="save", draft=str(kept.id), sender=str(school.id))
    for name in ("compose", "autosave", "mail_preview", "emergency", "emergency_count"):
        answer = clients[role].post(reverse(f"console:{name}"), typed)
        assert answer.status_code == 404, name
    for query in (f"draft={kept.id}", f"from={school.id}&template=none&reuse={kept.id}"):
        assert "極秘" not in clients[role].get(f"/console/emergency?{query}").content.decode()
    kept.refresh_from_db()
    assert (kept.title, kept.revision, kept.author) == ("極秘", 1, cast.suzuki)
