"""Groups (所属グループ) and who is in them, as roster files tell it."""

from collections.abc import Collection, Mapping
from uuid import UUID

from otayori.roster.models import Group, GroupMember

GroupName = tuple[UUID, str]  # the school and what it calls the group


def replace_members(wanted: Mapping[UUID, Collection[GroupName]], year: int) -> None:
    """Put each student into exactly the groups given, made where they are new. Other students stay.

    `wanted`: by student id. Groups that lose their last member stay: messages may have been sent to them.
    """
    if not wanted:
        return
    groups = _ensure({name for names in wanted.values() for name in names}, year)
    GroupMember.objects.filter(student_id__in=list(wanted), group__year_id=year).delete()
    GroupMember.objects.bulk_create(
        [
            GroupMember(group_id=groups[name], student_id=student)
            for student, names in wanted.items()
            for name in names
        ],
        batch_size=5000,
    )


def _ensure(names: Collection[GroupName], year: int) -> dict[GroupName, UUID]:
    if not names:
        return {}
    Group.objects.bulk_create(
        [Group(school_id=school, year_id=year, name=name) for school, name in sorted(names)],
        ignore_conflicts=True,  # another school's file may be making the same
    )
    schools = {school for school, _ in names}
    rows = Group.objects.filter(school_id__in=schools, year_id=year).values_list("school_id", "name", "id")
    return {(school, name): group for school, name, group in rows}
