"""Whom a message reaches: the rule, the people, and what an author may choose."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pydantic import ValidationError

from otayori.accounts.access import Access
from otayori.accounts.models import Role, User
from otayori.messaging import resolve, targets
from otayori.messaging.audience import Audience, Target
from otayori.roster.models import GroupMember, Student
from otayori.schools.models import School
from tests import cast as people
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def access(user: User) -> Access:
    return Access(user, tuple(user.memberships.all()))


def to(*picked: Target) -> Audience:
    return Audience(include=picked)


def names(audience: Audience) -> set[str]:
    return {student.name for student in resolve.students(audience)}


def test_an_empty_audience_is_nobody(cast: Cast) -> None:
    assert names(Audience()) == set()


def test_targets_are_united_and_exclusions_taken_away(cast: Cast) -> None:
    soccer = Target(kind="group", id=cast.soccer.id)
    class_1 = Target(kind="classroom", id=cast.p3_1.id)
    assert names(to(soccer)) == {"キム ハル", "アルバレス 芽衣"}
    assert names(to(soccer, class_1)) == {"キム ハル", "山田 葵", "渡辺 空", "アルバレス 芽衣"}
    assert names(to(class_1).minus([soccer])) == {"山田 葵", "渡辺 空"}
    assert names(to(Target(kind="grade", id=cast.sakura.id, grade="P3"))) == names(
        to(Target(kind="school", id=cast.sakura.id))
    )
    assert len(names(to(Target(kind="ward")))) == 6
    assert names(to(Target(kind="student", id=cast.rin.id))) == {"伊藤 凛"}


def test_a_child_who_left_is_no_longer_meant(cast: Cast) -> None:
    Student.objects.filter(id=cast.haru.id).update(left_at="2026-10-01T00:00:00Z")
    assert "キム ハル" not in names(to(Target(kind="ward")))


def test_a_child_at_another_school_now_is_not_in_the_group_of_the_old_one(cast: Cast) -> None:
    """In March the club was copied to the new year; then Mei moved within the ward."""
    mei = Student.objects.get(id=cast.mei.id)
    mei.move_to(cast.kashiwa)
    mei.save()
    assert GroupMember.objects.filter(group=cast.soccer, student=mei).exists()
    assert names(to(Target(kind="group", id=cast.soccer.id))) == {"キム ハル"}


def test_counts_tell_guardians_once_and_who_is_out_of_reach(cast: Cast) -> None:
    cast.alvarez.endpoints.update(state="disabled")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        reach = resolve.reach(to(Target(kind="ward")))
    assert reach == resolve.Reach(students=6, guardians=4, unreachable=1, unregistered=1, schools=2)
    assert len(queries) <= 3


@pytest.mark.parametrize(
    "key", ["", "ward:1", "school", "grade:0192f1f2-0000-7000-8000-000000000001", "classroom:x", "planet:1"]
)
def test_a_mangled_target_is_refused(key: str) -> None:
    with pytest.raises(ValidationError):
        Target.from_key(key)


def test_a_target_survives_its_key(cast: Cast) -> None:
    for target in (Target(kind="ward"), Target(kind="grade", id=cast.sakura.id, grade="P3")):
        assert Target.from_key(target.key) == target


def test_a_teacher_writes_to_the_whole_school_but_only_own_classes_are_own(cast: Cast) -> None:
    """What is not own takes a manager's approval before it goes."""
    sato = access(cast.sato)
    class_1 = Target(kind="classroom", id=cast.p3_1.id)
    soccer = Target(kind="group", id=cast.soccer.id)
    for own in (class_1, Target(kind="student", id=cast.aoi.id)):
        targets.check(sato, cast.sakura, to(own))
        assert targets.is_own(sato, cast.sakura, to(own))
    for others in (
        Target(kind="classroom", id=cast.p3_2.id),
        Target(kind="school", id=cast.sakura.id),
        Target(kind="grade", id=cast.sakura.id, grade="P3"),
        soccer,
    ):
        targets.check(sato, cast.sakura, to(others))
        assert not targets.is_own(sato, cast.sakura, to(class_1, others))
    assert targets.is_own(sato, cast.sakura, to(class_1).minus([soccer]))
    cast.soccer.staff.add(cast.sato)
    assert targets.is_own(access(cast.sato), cast.sakura, to(soccer))  # from the next request on


def test_a_teacher_writes_to_nobody_elsewhere_nor_to_single_children_of_others(cast: Cast) -> None:
    sato = access(cast.sato)
    for beyond in (
        Target(kind="student", id=cast.mei.id),
        Target(kind="student", id=cast.jun.id),
        Target(kind="classroom", id=cast.j1_1.id),
        Target(kind="school", id=cast.kashiwa.id),
        Target(kind="grade", id=cast.kashiwa.id, grade="J1"),
        Target(kind="ward"),
    ):
        assert not targets.is_own(sato, cast.sakura, to(beyond))
        with pytest.raises(targets.NotYours):
            targets.check(sato, cast.sakura, to(beyond))
    class_1 = to(Target(kind="classroom", id=cast.p3_1.id))
    targets.check(sato, cast.sakura, class_1.minus([Target(kind="student", id=cast.mei.id)]))
    with pytest.raises(targets.NotYours):
        targets.check(sato, cast.sakura, class_1.minus([Target(kind="student", id=cast.jun.id)]))


def test_who_does_not_write_for_the_school_writes_to_nobody(cast: Cast) -> None:
    auditor = access(people.staff("監査 花子", "audit@board.example", None, Role.AUDITOR))
    for stranger in (auditor, access(cast.kobayashi)):
        for audience in (Audience(), to(Target(kind="school", id=cast.sakura.id))):
            with pytest.raises(targets.NotYours):
                targets.check(stranger, cast.sakura, audience)
    with pytest.raises(targets.NotYours):
        targets.check(auditor, None, to(Target(kind="ward")))


def test_only_single_children_make_it_individual(cast: Cast) -> None:
    aoi, class_1 = Target(kind="student", id=cast.aoi.id), Target(kind="classroom", id=cast.p3_1.id)
    assert to(aoi).is_individual
    assert not to(aoi, class_1).is_individual
    assert not to(class_1).minus([aoi]).is_individual
    assert not Audience().is_individual


def test_a_manager_writes_to_the_own_school_alone(cast: Cast) -> None:
    suzuki = access(cast.suzuki)
    targets.check(suzuki, cast.sakura, to(Target(kind="school", id=cast.sakura.id)))
    beyond: list[tuple[School | None, Target]] = [
        (cast.sakura, Target(kind="school", id=cast.kashiwa.id)),
        (cast.sakura, Target(kind="classroom", id=cast.j1_1.id)),
        (cast.sakura, Target(kind="student", id=cast.jun.id)),
        (None, Target(kind="ward")),
    ]
    for school, target in beyond:
        with pytest.raises(targets.NotYours):
            targets.check(suzuki, school, to(target))
    targets.check(access(cast.tanaka), None, to(Target(kind="ward")))
