"""Who has read it, by class and by name."""

import pytest
from django.utils import timezone

from otayori.delivery.models import Delivery
from otayori.messaging import report, send
from otayori.messaging.audience import Target
from otayori.messaging.models import Recipient
from otayori.messaging.report import Reading
from tests.cast import Cast, classroom, guardian, student
from tests.delivery.ledger import write_rows
from tests.messaging.test_release import access, draft

pytestmark = pytest.mark.django_db


def test_each_guardian_stands_with_the_child_and_how_it_stands(cast: Cast) -> None:
    cast.watanabe.endpoints.all().delete()
    message = draft(cast.tanaka, None, Target(kind="ward"))
    message = send.release(access(cast.tanaka), message.id)
    Recipient.objects.filter(guardian=cast.kim).update(read_at=timezone.now())
    write_rows()
    Delivery.objects.filter(endpoint__guardian=cast.yamada).update(status="sent")
    Delivery.objects.filter(endpoint__guardian=cast.alvarez).update(status="failed")
    first, second = report.by_classroom(message, cast.sakura)
    assert [c.classroom for c in (first, second)] == [cast.p3_1, cast.p3_2]
    assert [(line.student.name, [g.reading for g in line.guardians]) for line in first.students] == [
        ("キム ハル", [Reading.READ]),
        ("山田 葵", [Reading.UNREAD]),
        ("渡辺 空", [Reading.NO_ENDPOINT]),
    ]
    assert second.students[0].guardians[0].reading is Reading.FAILED
    (kashiwa,) = report.by_classroom(message, cast.kashiwa)
    assert [line.student.name for line in kashiwa.students] == ["キム ジュン", "伊藤 凛"]
    assert kashiwa.unregistered == 1
    assert report.totals(message) == report.Totals(recipients=4, read=1, newest=1)


def test_classes_stand_in_the_order_of_the_register(cast: Cast) -> None:
    tenth = classroom(cast.sakura, cast.year, "P3", "10")
    guardian("森 京子", "mori@mail.example", student(tenth, 1, "森 樹", "モリ イツキ", "0010"))
    message = draft(cast.suzuki, cast.sakura, Target(kind="school", id=cast.sakura.id))
    message = send.release(access(cast.suzuki), message.id)
    reports = report.by_classroom(message, cast.sakura)
    assert [one.classroom for one in reports] == [cast.p3_1, cast.p3_2, tenth]
