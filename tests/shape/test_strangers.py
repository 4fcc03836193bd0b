"""Who has no business with a thing gets 404 for it, on every address there is, by GET and by POST.

The addresses are walked, not listed: a new page is tried here without anybody remembering to.
"""

from collections.abc import Iterator

import pytest
from django.test import Client

from otayori.accounts.models import Membership, Role
from otayori.messaging.audience import Target
from tests.addresses import addresses, patterns
from tests.cast import Cast, staff
from tests.console.message_stories import released, whole
from tests.shape.things import Things, of_the_message, of_the_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def things(cast: Cast) -> Things:
    """One of everything that belongs to sakura; the message is for the whole school."""
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    return of_the_school(cast) | of_the_message(message)


def named(namespace: str, things: Things) -> Iterator[tuple[str, str]]:
    """Every address of a namespace that names a thing, for the things of sakura."""
    for pattern in patterns(namespace):
        missing = set(pattern.pattern.regex.groupindex) - set(things) - {"token"}
        assert not missing, f"add a thing for {missing} to things.py"
    nameless = {name for name, _address in addresses(namespace, {})}
    return ((name, address) for name, address in addresses(namespace, things) if name not in nameless)


def answers(client: Client, address: str) -> set[int]:
    return {client.get(address).status_code, client.post(address).status_code} - {405}


@pytest.mark.slow
def test_staff_of_another_school_and_families_find_nothing(cast: Cast, things: Things) -> None:
    other_manager = staff("森 校長", "mori@school.example", cast.kashiwa, Role.MANAGER)
    tried = 0
    for stranger in (cast.kobayashi, other_manager, cast.kim.user, cast.alvarez.user):
        client = Client()
        client.force_login(stranger)
        for name, address in named("console", things):
            assert answers(client, address) == {404}, (stranger, name)
            tried += 1
    assert tried > 60


@pytest.mark.slow
def test_somebody_who_left_the_school_finds_nothing(cast: Cast, things: Things) -> None:
    Membership.objects.filter(user=cast.suzuki).delete()
    client = Client()
    client.force_login(cast.suzuki)
    for name, address in named("console", things):
        assert answers(client, address) == {404}, name


def test_who_is_not_signed_in_is_asked_to(cast: Cast, things: Things, client: Client) -> None:
    for namespace in ("console", "family"):
        for name, address in named(namespace, things):
            answer = client.get(address)
            if answer.status_code != 405:
                assert answer.headers["Location"].startswith("/accounts/login/"), name


def test_a_family_finds_nothing_of_another(cast: Cast, things: Things) -> None:
    child = Target(kind="student", id=cast.aoi.id)
    alones = of_the_message(released(cast.suzuki, cast.sakura, child, title="葵さんへ"))
    for stranger in (cast.kim.user, cast.blocked.user, cast.sato):
        client = Client()
        client.force_login(stranger)
        for name, address in named("family", things | alones):
            got = answers(client, address)
            assert got <= {404, 302}, (stranger, name)  # staff are led to their own pages
            assert cast.yamada.endpoints.filter(state="active").exists()
