"""Doors of the roster: a guardian to the own family, staff to the students of their schools."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from otayori.accounts import sessions
from otayori.accounts.access import Access, access_of, signed_in, within
from otayori.accounts.models import Role, User
from otayori.core import clock
from otayori.core.prepared import Prepared
from otayori.roster.models import Enrolment, Group, GroupKind, GroupStaff, Guardian, Student
from otayori.schools.models import School

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def _by_user(user_id: UUID) -> QuerySet[Guardian]:
    # "preference" is of delivery, a layer above; every page says whether the guardian wants a digest
    mine = Guardian.objects.select_related("preference").filter(user_id=user_id)
    return mine.annotate(
        is_reached=Exists(Guardian.objects.filter(id=OuterRef("pk"), endpoints__state="active"))
    )


_GUARDIAN = Prepared(_by_user, UUID(int=1))


def guardian(view: View[P]) -> View[P]:
    """Let a guardian in, as `request.guardian`; staff without children are led to their own pages."""

    @signed_in
    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        found = _GUARDIAN.first(request.user.pk)
        if found is None:
            if access_of(request).is_staff:
                return redirect("console:home")
            raise Http404
        found.user = request.user  # type: ignore[assignment]  # read already
        # Asked only where it is due: most requests are of phones. Staff: see accounts/access.py
        if sessions.is_due(request) and not access_of(request).is_staff:
            sessions.renew(request)
        request.guardian = found  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    door.door = "guardian"  # type: ignore[attr-defined]
    return door


def is_guardian(request: HttpRequest) -> bool:
    """Tell whether a guardian is signed in."""
    user = getattr(request, "user", None)  # none where an address fails before the middleware that finds it
    return isinstance(user, User) and Guardian.objects.filter(user=user).exists()


def guardian_of(request: HttpRequest) -> Guardian:
    """Return whom the door `guardian` let in."""
    found: Guardian = request.guardian  # type: ignore[attr-defined]
    return found


def students_for(access: Access) -> QuerySet[Student]:
    """The students present in the schools this person sees."""
    return within(access, Student.objects.filter(left_at__isnull=True))


def open_student(access: Access, student_id: UUID) -> Student:
    """Return a student of a school this person has business with, else 404."""
    student = students_for(access).select_related("school").filter(id=student_id).first()
    if student is None:
        raise Http404
    return student


def groups_for(access: Access, year: int) -> QuerySet[Group]:
    """The groups of a year this person may write to: all of a manager's school, a teacher's own."""
    groups = within(access, Group.objects.filter(year_id=year, is_retired=False))
    if access.is_ward_wide:
        return groups
    return (groups.filter(school_id__in=_managed(access)) | groups.filter(staff=access.user)).distinct()


def knows_members(access: Access, group_ids: Collection[UUID]) -> bool:
    """Tell whether this person may know the members of all these groups, of whatever year.

    Who is in a support group is known to who manages its school or leads it. At most one statement.
    """
    if access.is_ward_wide or not group_ids:
        return True
    closed = Group.objects.filter(id__in=group_ids, kind=GroupKind.SUPPORT)
    led = GroupStaff.objects.filter(user=access.user).values("group_id")
    return not closed.exclude(school_id__in=_managed(access)).exclude(id__in=led).exists()


def groups_seen(access: Access, year: int) -> QuerySet[Group]:
    """The groups in use whose members this person may know; a support group's: who manages or leads it."""
    groups = within(access, Group.objects.filter(year_id=year, is_retired=False))
    if access.is_ward_wide:
        return groups
    led = GroupStaff.objects.filter(user=access.user).values("group_id")
    return groups.filter(~Q(kind=GroupKind.SUPPORT) | Q(school_id__in=_managed(access)) | Q(id__in=led))


def open_group(access: Access, group_id: UUID) -> Group:
    """Return a group, of whatever year, of a school this person has business with, else 404."""
    group = within(access, Group.objects.select_related("school")).filter(id=group_id).first()
    if group is None:
        raise Http404
    return group


@dataclass(frozen=True, slots=True)
class GroupRights:
    """What a person may do with a group."""

    manages: bool  # decides for its school: who leads it, its kind
    edits: bool  # its name, note and members; groups of past years stay as they were
    copies: bool  # to another year; who made it of own classes may have others by then
    sees_members: bool
    writes: bool  # may send to it


def group_rights(access: Access, group: Group) -> GroupRights:
    """Return what this person may do with a group that a door let them open. At most one statement."""
    manages = access.manages(group.school_id)
    row = None
    if not access.is_ward_wide and not manages:
        row = GroupStaff.objects.filter(group=group, user=access.user).first()
    leads = manages or (row is not None and row.is_owner)
    return GroupRights(
        manages=manages,
        edits=leads and group.year_id >= clock.school_year(),
        copies=manages or (leads and not group.own_classes_only),
        sees_members=manages or access.is_ward_wide or row is not None or group.kind != GroupKind.SUPPORT,
        writes=(manages or row is not None) and not group.is_retired and group.year_id == clock.school_year(),
    )


def open_group_to_edit(access: Access, group_id: UUID) -> Group:
    """Return a group this person may change: its owner, or who decides for the school. Else 404."""
    group = open_group(access, group_id)
    if not group_rights(access, group).edits:
        raise Http404
    return group


def may_make_groups(access: Access, school: School) -> bool:
    """Tell whether this person may make a group: managers any, teachers of the school one of own classes."""
    return access.manages(school.id) or any(m.school_id == school.id for m in access.memberships)


def addable(access: Access, group: Group) -> QuerySet[Student]:
    """The students this person may put into the group."""
    present = Student.objects.filter(school_id=group.school_id, left_at__isnull=True)
    if access.manages(group.school_id) or not group.own_classes_only:
        return present
    taught = Enrolment.objects.filter(
        classroom__in=access.own_classroom_ids(), year_id=clock.school_year()
    ).values("student_id")
    return present.filter(id__in=taught)


def _managed(access: Access) -> list[UUID]:
    return [m.school_id for m in access.memberships if m.role == Role.MANAGER and m.school_id]
