"""A school blocks a guardian while a message about the child still waits for the relay."""

import pytest
from django.utils import timezone

from otayori.delivery.models import Delivery
from otayori.messaging import send
from otayori.messaging.audience import Target
from otayori.messaging.correct import Correction, correct
from otayori.messaging.withhold import withhold
from otayori.roster.models import Guardianship, RegistrationSheet
from otayori.roster.sheets.issue import new_sheet
from tests.cast import Cast
from tests.delivery.ledger import write_rows
from tests.messaging.after_stories import went_out
from tests.messaging.test_release import access, draft

pytestmark = pytest.mark.django_db


def statuses(cast: Cast) -> list[str]:
    """Kim's deliveries, oldest first."""
    write_rows()
    return list(
        Delivery.objects.filter(endpoint__guardian=cast.kim).order_by("id").values_list("status", flat=True)
    )


def test_what_waits_is_taken_back_but_not_what_another_child_lets_them_read(cast: Cast) -> None:
    of_harus_class = draft(cast.suzuki, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))
    send.release(access(cast.suzuki), of_harus_class.id)
    of_the_ward = draft(cast.tanaka, None, Target(kind="ward"))
    send.release(access(cast.tanaka), of_the_ward.id)
    taken = withhold(Guardianship.objects.get(guardian=cast.kim, student=cast.haru), by=cast.suzuki)
    assert taken == 1
    assert statuses(cast) == ["cancelled", "queued"]  # Jun is in the ward too
    others = Delivery.objects.exclude(endpoint__guardian=cast.kim)
    assert set(others.values_list("status", flat=True)) == {"queued"}


def test_a_correction_of_what_another_child_lets_them_read_goes_out(cast: Cast) -> None:
    of_harus_class = went_out(cast.suzuki, cast.sakura, Target(kind="classroom", id=cast.p3_1.id))
    of_the_ward = went_out(cast.tanaka, None, Target(kind="ward"))
    words = Correction("遠足", "中止です。", "中止になりました")
    correct(access(cast.suzuki), of_harus_class.id, words, seen=1)
    correct(access(cast.tanaka), of_the_ward.id, words, seen=1)
    taken = withhold(Guardianship.objects.get(guardian=cast.kim, student=cast.haru), by=cast.suzuki)
    assert taken == 1
    waiting = Delivery.objects.filter(endpoint__guardian=cast.kim)
    write_rows()
    assert waiting.get(batch__follow_up__message=of_harus_class).status == "cancelled"
    assert waiting.get(batch__follow_up__message=of_the_ward).status == "queued"


def test_the_childs_sheets_end(cast: Cast) -> None:
    for child in (cast.haru, cast.jun):
        new_sheet(child.id, child.school, by=None, at=timezone.now())[0].save(force_insert=True)
    withhold(Guardianship.objects.get(guardian=cast.kim, student=cast.haru), by=cast.suzuki)
    (left,) = RegistrationSheet.objects.filter(revoked_at__isnull=True)
    assert left.student == cast.jun
