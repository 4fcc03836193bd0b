"""Receipts: what a guardian has opened, said once or more often."""

import pytest

from otayori.core.ids import new_id
from otayori.messaging.models import Recipient
from otayori.messaging.reading import mark_read
from tests.cast import Cast
from tests.family.paper import send

pytestmark = pytest.mark.django_db


def test_the_first_opening_stands(cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, cast.aoi)
    assert mark_read(cast.kim, [message.id]) == 1
    first = Recipient.objects.get(guardian=cast.kim).read_at
    assert mark_read(cast.kim, [message.id, message.id]) == 0
    assert Recipient.objects.get(guardian=cast.kim).read_at == first
    assert Recipient.objects.get(guardian=cast.yamada).read_at is None


def test_ids_of_nobody_and_of_others_are_passed_over(cast: Cast) -> None:
    others = send(cast.sakura, cast.sato, cast.aoi)
    assert mark_read(cast.kim, [others.id, new_id()]) == 0
    assert mark_read(cast.kim, []) == 0


def test_a_blocked_guardian_reads_nothing(cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.sora)
    assert mark_read(cast.blocked, [message.id]) == 0
    assert mark_read(cast.watanabe, [message.id]) == 1
