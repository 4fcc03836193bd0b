"""Leases that nobody holds: of a worker that died on this host, of a claim whose answer was lost."""

import os
import socket
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from otayori.core.ids import new_id
from otayori.delivery import forsaken
from otayori.delivery.claim import claim
from otayori.delivery.contents import Contents
from otayori.delivery.models import Worker
from tests.cast import Cast
from tests.delivery.ledger import release_to

pytestmark = pytest.mark.django_db

GONE = 2**22 + 1  # no process has such a number


def worker_at(where: str, *, silent: float = 20) -> UUID:
    """A worker that was last heard of `silent` seconds ago."""
    at = timezone.now() - timedelta(seconds=silent)
    return Worker.objects.create(host=where, started_at=at, seen_at=at).id


def here(number: int) -> str:
    return f"{socket.gethostname()}:{number}"


def taken_up(cast: Cast, holder: UUID) -> bool:
    """Whether what the worker had is free for another."""
    release_to([cast.kim])
    assert claim("normal", "email", 10, Contents(), holder=holder)
    returned = forsaken.take_over(new_id())
    again = claim("normal", "email", 10, Contents())
    assert bool(again) == bool(returned)
    return bool(again)


def test_what_a_dead_worker_of_this_host_had_is_due_again(cast: Cast) -> None:
    assert taken_up(cast, worker_at(here(GONE)))
    assert not Worker.objects.exists()


def test_one_that_was_started_anew_under_the_same_number_is_another(cast: Cast) -> None:
    assert taken_up(cast, worker_at(forsaken.place()))  # as number 1 of a container


@pytest.mark.parametrize(
    ("where", "silent"),
    [
        (here(os.getppid()), 20),  # it lives, and hangs: it may still hand over what it has
        (here(1), 20),  # somebody else's process
        (f"other-host:{GONE}", 20),
        (here(GONE), 3),  # it may be another host of the same name
    ],
)
def test_who_may_be_alive_keeps_the_lease(cast: Cast, where: str, silent: float) -> None:
    assert not taken_up(cast, worker_at(where, silent=silent))


def test_a_claim_whose_answer_was_lost_is_claimed_again(cast: Cast) -> None:
    me = new_id()
    release_to([cast.kim])
    held = claim("normal", "email", 10, Contents(), holder=me).slices
    release_to([cast.yamada])
    lost = claim("normal", "email", 10, Contents(), holder=me)
    assert forsaken.give_back("emergency", "email", holder=me, held=held) == 0
    assert forsaken.give_back("normal", "email", holder=me, held=held) == 1
    assert claim("normal", "email", 10, Contents(), holder=me).tries.keys() == lost.tries.keys()
