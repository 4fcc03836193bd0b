"""One student: the guardians and how they are reached, and the registration sheets."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otayori.accounts.access import access_of, manager_only, staff
from otayori.console import dead_ways
from otayori.console.dead_ways import DeadWay
from otayori.console.download import pdf_file
from otayori.console.place import address
from otayori.core import clock
from otayori.delivery.models import ChannelName, Endpoint
from otayori.messaging.withhold import withhold
from otayori.roster import block as blocking
from otayori.roster.access import groups_seen, open_student
from otayori.roster.models import Enrolment, Guardianship, RegistrationSheet, Student
from otayori.roster.sheets import issue
from otayori.roster.sheets.state import SheetState, state_of


@staff
@require_safe
def student(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """The page of a student."""
    child = open_student(access_of(request), student_id)
    sheets, enrolment = _sheets(child), _enrolment(child)
    room = {"class": enrolment.classroom_id} if enrolment else {}
    context = {
        "nav_current": "roster",
        "back_url": address("console:roster", child.school, **room),
        "student": child,
        "school": child.school,
        "enrolment": enrolment,
        "groups": groups_seen(access_of(request), clock.school_year()).filter(students=child),
        "guardians": _guardians(child),
        "sheets": sheets,
        "in_use": [sheet for sheet, state in sheets if state is SheetState.OPEN],
        "may_manage": access_of(request).manages(child.school_id),
    }
    return render(request, "console/roster_student.html", context)


@staff
def block(request: HttpRequest, student_id: UUID, guardian_id: UUID) -> HttpResponse:
    """Ask, and stop sending to this guardian about this child."""
    guardianship = _guardianship(request, student_id, guardian_id)
    if request.method == "POST":
        withhold(guardianship, by=access_of(request).user)
        messages.success(request, _("この保護者への配信と閲覧を止めました。"))
        return redirect("console:student", student_id)
    return _ask(request, guardianship, template="console/roster_block.html")


@staff
def unblock(request: HttpRequest, student_id: UUID, guardian_id: UUID) -> HttpResponse:
    """Ask, and send to this guardian about this child again."""
    guardianship = _guardianship(request, student_id, guardian_id)
    if request.method == "POST":
        blocking.unblock(guardianship, by=access_of(request).user)
        messages.success(request, _("この保護者への配信と閲覧を再開しました。"))
        return redirect("console:student", student_id)
    return _ask(request, guardianship, template="console/roster_unblock.html")


@staff
@require_POST
def issue_sheet(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Issue a new sheet for one student and hand it over as PDF; the older ones end."""
    child = open_student(access_of(request), student_id)
    manager_only(access_of(request), child.school_id)
    enrolment = _enrolment(child)
    if enrolment is None:
        messages.error(request, _("今年度の学級がないため、発行できません。先に名簿を取り込んでください。"))
        return redirect("console:student", student_id)
    printed = issue.issue([child.id], child.school, by=access_of(request).user)
    number = f"{enrolment.number}番" if enrolment.number else ""
    return pdf_file(printed, f"登録手順書_{child.school.name}_{enrolment.classroom.label}{number}.pdf")


@staff
def revoke_sheet(request: HttpRequest, student_id: UUID, sheet_id: UUID) -> HttpResponse:
    """Ask, and close a sheet that was lost or handed to the wrong family."""
    child = open_student(access_of(request), student_id)
    manager_only(access_of(request), child.school_id)
    sheet = RegistrationSheet.objects.select_related("student").filter(student=child, id=sheet_id).first()
    if sheet is None:
        raise Http404
    if request.method == "POST":
        issue.revoke(sheet, by=access_of(request).user)
        messages.success(request, _("登録手順書を使えなくしました。"))
        return redirect("console:student", student_id)
    context = {"nav_current": "roster", "student": child, "sheet": sheet, "enrolment": _enrolment(child)}
    return render(request, "console/roster_revoke.html", context)


def _guardianship(request: HttpRequest, student_id: UUID, guardian_id: UUID) -> Guardianship:
    child = open_student(access_of(request), student_id)
    manager_only(access_of(request), child.school_id)
    rows = Guardianship.objects.select_related("guardian__user", "student")
    found = rows.filter(student=child, guardian_id=guardian_id).first()
    if found is None:
        raise Http404
    return found


def _ask(request: HttpRequest, guardianship: Guardianship, *, template: str) -> HttpResponse:
    child = guardianship.student
    context = {
        "nav_current": "roster",
        "guardianship": guardianship,
        "student": child,
        "enrolment": _enrolment(child),
    }
    return render(request, template, context)


def _enrolment(child: Student) -> Enrolment | None:
    rows = Enrolment.objects.filter(student=child, year_id=clock.school_year())
    return rows.select_related("classroom").first()


def _guardians(child: Student) -> list[tuple[Guardianship, list[str], list[DeadWay]]]:
    """Each guardian with the ways a notice reaches them, and those that ended: words, never addresses."""
    live = Q(guardian__endpoints__state=Endpoint.State.ACTIVE)
    rows = Guardianship.objects.filter(student=child).select_related("guardian__user")
    counted = rows.annotate(
        devices=Count("id", filter=live & Q(guardian__endpoints__channel=ChannelName.WEBPUSH)),
        mailboxes=Count("id", filter=live & Q(guardian__endpoints__channel=ChannelName.EMAIL)),
    )
    links = list(counted.order_by("created_at"))
    dead = dead_ways.by_guardian([link.guardian_id for link in links])
    return [(link, _ways(link.devices, link.mailboxes), dead.get(link.guardian_id, [])) for link in links]


def _ways(devices: int, mailboxes: int) -> list[str]:
    words = [_("プッシュ通知 (%(n)d台)") % {"n": devices}] if devices else []
    return [*words, _("メール")] if mailboxes else words


def _sheets(child: Student) -> list[tuple[RegistrationSheet, SheetState]]:
    at = clock.now()
    rows = RegistrationSheet.objects.filter(student=child).annotate(joined_count=Count("joined"))
    return [(sheet, state_of(sheet, sheet.joined_count, at)) for sheet in rows.order_by("-issued_at")[:10]]
