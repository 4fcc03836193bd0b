"""Report: who has read a message, by school, by class, by name."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from otayori.accounts.access import access_of, open_school, staff
from otayori.console.by_class import by_class
from otayori.messaging import report as reading
from otayori.messaging import report_schools
from otayori.messaging.access import open_released
from otayori.messaging.models import Message
from otayori.messaging.report import ClassReport, Reading, StudentLine
from otayori.messaging.report_access import sees_whole_school, shown
from otayori.messaging.words import sender_of
from otayori.schools.models import School

SHOW = ("all", "unread", "unreached")
_UNREACHED = (Reading.EXPIRED, Reading.FAILED, Reading.NO_ENDPOINT)


@staff
@require_safe
def report(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """The message's readers. Of the board's message the board chooses a school first; staff see their own."""
    access = access_of(request)
    message = open_released(access, message_id)
    if message.recalled_at is not None:  # what counts then is what was seen before
        return redirect("console:exposure", message_id=message.id)
    context: dict[str, Any] = {
        "nav_current": "messages",
        "message": message,
        "sender_name": sender_of(message),
        "totals": reading.totals(message),
        "expired": reading.expired(message) if message.deliver_before else 0,
    }
    chosen = request.GET.get("school", "")
    if message.school is None and not chosen and access.is_ward_wide:
        schools = report_schools.by_school(message)
        return render(request, "console/report_schools.html", context | {"schools": schools})
    school = message.school or (open_school(access, chosen) if chosen else access.school)
    if school is None:
        raise Http404
    show = request.GET.get("show", "")
    classes = shown(access, message, school, reading.by_classroom(message, school))
    names = _by_name(message, school, classes, show=show if show in SHOW else "all")
    names["is_partial"] = not sees_whole_school(access, message, school)
    open_ones = by_class(request, names.pop("classes"))
    return render(request, "console/report.html", context | names | open_ones)


def _by_name(message: Message, school: School, classes: list[ClassReport], *, show: str) -> dict[str, Any]:
    sections = [_section(report, show) for report in classes]
    return {
        "school": school,
        "show": show,
        "tabs": [
            {
                "label": label,
                "url": f"?show={key}" + ("" if message.school else f"&school={school.id}"),
                "current": key == show,
                "count": sum(_shows(line, key) for report in classes for line in report.students),
            }
            for key, label in zip(SHOW, (_("すべて"), _("未読"), _("届いていない")), strict=True)
        ],
        "classes": [one for one in sections if one["rows"] or show == "all"],
        "is_empty": not classes,
    }


def _shows(line: StudentLine, show: str) -> bool:
    if show == "unread":
        return not line.is_read
    if show == "unreached":
        return not line.guardians or all(one.reading in _UNREACHED for one in line.guardians)
    return True


def _section(report: ClassReport, show: str) -> dict[str, Any]:
    return {
        "label": report.classroom.label if report.classroom else _("学級なし"),
        "rows": [line for line in report.students if _shows(line, show)],
        "guardians": sum(len(line.guardians) for line in report.students),
        "id": report.classroom.id if report.classroom else "none",
        "read": report.opened,
        "unregistered": report.unregistered,
    }
