"""Groups (所属グループ): made, changed and retired by hand, and kept as roster files tell them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from otayori.accounts.models import Membership, User
from otayori.core import audit
from otayori.roster.group_kinds import kind_of
from otayori.roster.models import Group, GroupKind, GroupMember, GroupStaff
from otayori.schools import set_up
from otayori.schools.models import School

GroupName = tuple[UUID, str]  # the school and what it calls the group


class NameTaken(Exception):
    """The school has a group of this name in that year: `group`."""

    def __init__(self, group: Group) -> None:
        super().__init__(str(group.id))
        self.group = group


@dataclass(frozen=True)
class Told:
    """What is said of a group."""

    name: str
    kind: str = GroupKind.FREE.value
    note: str = ""
    own_classes_only: bool = False


@transaction.atomic
def make(school: School, year: int, told: Told, *, by: User, owner: User | None = None) -> Group:
    """Make a group without members; `owner` leads it from the start. Raises `NameTaken`."""
    set_up.open_year(year)
    group = Group(school=school, year_id=year)
    _say(group, told)
    _save(group, is_new=True)
    if owner is not None:
        GroupStaff.objects.create(group=group, user=owner, is_owner=True)
    _record("group made", group, by, kind=group.kind)
    return group


@transaction.atomic
def change(group: Group, told: Told, *, by: User) -> None:
    """Say other things of a group. Raises `NameTaken`."""
    _say(group, told)
    _save(group, is_new=False)
    _record("group changed", group, by, kind=group.kind)


@transaction.atomic
def retire(group: Group, *, by: User) -> None:
    """From now on nobody writes to the group; what was sent to it still names it."""
    if Group.objects.filter(id=group.id, is_retired=False).update(is_retired=True):
        _record("group retired", group, by)


@transaction.atomic
def take_up(group: Group, *, by: User) -> None:
    """Use a retired group again."""
    if Group.objects.filter(id=group.id, is_retired=True).update(is_retired=False):
        _record("group taken up", group, by)


@transaction.atomic
def set_staff(group: Group, roles: Mapping[UUID, bool], *, by: User) -> None:
    """Let exactly these people write to the group; True: an owner, who may also change it.

    Who does not work in the school is passed over.
    """
    here = Membership.objects.filter(school_id=group.school_id, user__in=list(roles))
    known = set(here.values_list("user_id", flat=True))
    GroupStaff.objects.filter(group=group).exclude(user__in=known).delete()
    GroupStaff.objects.bulk_create(
        [GroupStaff(group=group, user_id=user, is_owner=roles[user]) for user in known],
        update_conflicts=True,
        unique_fields=["group", "user"],
        update_fields=["is_owner"],
    )
    _record("group staff set", group, by, staff=len(known), owners=sum(roles[user] for user in known))


def _say(group: Group, told: Told) -> None:
    group.name, group.kind, group.note = " ".join(told.name.split()), told.kind, told.note.strip()
    group.own_classes_only = told.own_classes_only


def _save(group: Group, *, is_new: bool) -> None:
    """Save; two people who give the same name at once: the second is told, by the constraint."""
    try:
        with transaction.atomic():
            group.save(force_insert=is_new, force_update=not is_new)
    except IntegrityError:
        same = Group.objects.filter(school=group.school, year=group.year_id, name=group.name)
        found = same.exclude(id=group.id).first()
        if found is None:
            raise
        raise NameTaken(found) from None


def _record(action: str, group: Group, by: User, **detail: str | int) -> None:
    audit.record(action, actor_id=by.id, school_id=group.school_id, object_id=group.id, **detail)


def replace_members(wanted: Mapping[UUID, Collection[GroupName]], year: int) -> None:
    """Put each student into the groups a roster file names, made where they are new. Other students stay.

    `wanted`: by student id. Out of a group goes whom a file had put in; who was put in by hand stays, unless
    the child is at another school now. Whom the file names as well belongs to the file from then on.
    Groups that lose their last member stay: messages may have been sent to them.
    """
    if not wanted:
        return
    groups = _ensure({name for names in wanted.values() for name in names}, year)
    of_file = Q(source=GroupMember.Source.FILE) | ~Q(group__school=F("student__school"))
    GroupMember.objects.filter(of_file, student_id__in=list(wanted), group__year_id=year).delete()
    GroupMember.objects.bulk_create(
        [
            GroupMember(group_id=groups[name], student_id=student, source=GroupMember.Source.FILE)
            for student, names in wanted.items()
            for name in names
        ],
        batch_size=5000,
        update_conflicts=True,
        unique_fields=["group", "student"],
        update_fields=["source"],
    )


def _ensure(names: Collection[GroupName], year: int) -> dict[GroupName, UUID]:
    if not names:
        return {}
    Group.objects.bulk_create(
        [
            Group(school_id=school, year_id=year, name=name, kind=kind_of(name))
            for school, name in sorted(names)
        ],
        ignore_conflicts=True,  # another school's file may be making the same
    )
    schools = {school for school, _ in names}
    rows = Group.objects.filter(school_id__in=schools, year_id=year).values_list("school_id", "name", "id")
    return {(school, name): group for school, name, group in rows}
