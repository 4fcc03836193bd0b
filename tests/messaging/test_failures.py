"""Families that no way reached: a way that was not tried yet is still open."""

import pytest

from otayori.accounts.models import User
from otayori.delivery.claim import claim
from otayori.delivery.contents import Contents
from otayori.delivery.models import Delivery
from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.settle import settle
from otayori.messaging import failures
from otayori.messaging.models import Message
from tests import cast as people
from tests.cast import Cast
from tests.console.message_stories import access, released, whole
from tests.delivery.ledger import write_rows

pytestmark = pytest.mark.django_db


def otherwise(cast: Cast, message: Message) -> list[tuple[str, bool]]:
    """Who stands among the failures, and whether another way is left."""
    newest = failures.newest(access(cast.suzuki), message)
    return [(failure.guardian, failure.reached_otherwise) for failure in newest]


def test_a_second_address_that_was_not_tried_yet_may_still_take_it(cast: Cast) -> None:
    people.mail_endpoint(cast.kim, "kim-work@mail.example")
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    other = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    taken = claim("normal", "email", 1, Contents())
    (refused,) = (n for n, spoken_of in taken.tries.items() if spoken_of.endpoint_id == mail_of(cast))
    settle([Outcome(refused, Verdict.PERMANENT, "550 5.1.1")], taken.tries)
    mine = message if Delivery.objects.get().batch_id == message.batch_id else other
    assert otherwise(cast, mine) == [("キム ソヨン", True)]
    assert failures.families_unreached([message, other]) == {}
    write_rows()
    Delivery.objects.filter(batch=mine.batch_id).exclude(id=refused).update(status="failed")
    assert failures.families_unreached([message, other]) == {mine.id: 4}
    assert ("キム ソヨン", False) in otherwise(cast, mine)


def mail_of(cast: Cast) -> object:
    """The id of Kim's older address."""
    return cast.kim.endpoints.earliest("created_at").id


def test_a_sibling_at_another_school_is_not_named(cast: Cast) -> None:
    """Kim's children are at sakura and at kashiwa: each school reads of its own, the board of both."""
    message = released(cast.tanaka, None, whole(cast.sakura), whole(cast.kashiwa))
    write_rows()
    Delivery.objects.filter(endpoint=mail_of(cast)).update(status="failed", code="550 5.1.1")

    def named(user: User) -> list[str]:
        (failure,) = failures.newest(access(user), message)
        return sorted(name for name, _place in failure.children)

    assert named(cast.suzuki) == ["キム ハル"]
    assert named(cast.sato) == ["キム ハル"]
    assert named(cast.kobayashi) == ["キム ジュン"]
    assert named(cast.tanaka) == ["キム ジュン", "キム ハル"]
