"""Home: what needs me now, is anyone unreachable, what goes out today."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from otayori.accounts.access import Access, access_of, staff
from otayori.console.messages import rows, with_counts
from otayori.core import clock
from otayori.messaging import failures
from otayori.messaging.access import may_change, messages_for
from otayori.messaging.models import Message
from otayori.messaging.report_access import sees_every_class
from otayori.messaging.senders import senders
from otayori.roster import coverage
from otayori.roster.coverage import Coverage
from otayori.schools.models import Classroom

DRAFTS = 5
FAILURES_OF = timedelta(days=3)
TODAY = 20
SCHOOLS = 8


@staff
def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in."""
    access = access_of(request)
    return render(
        request,
        "console/home.html",
        {
            "nav_current": "home",
            "may_write": bool(senders(access)),
            "drafts": _drafts(access),
            "failed": _failed(access),
            "returned": _returned(access),
            "today": _today(access),
            **_reachable(access),
        },
    )


def _here(access: Access) -> QuerySet[Message]:
    """The messages of the school that the pages are about; without one, of all this person sees."""
    found = messages_for(access).select_related("school")
    return found.filter(school=access.school) if access.school else found


def _drafts(access: Access) -> list[Message]:
    mine = messages_for(access).filter(state=Message.State.DRAFT, author=access.user, returned="")
    return list(mine.order_by("-changed_at")[:DRAFTS])


def _returned(access: Access) -> list[Message]:
    """Scheduled messages that could not go out: somebody waits for them, the author or who decides there."""
    found = _here(access).exclude(returned="").order_by("-changed_at")
    return [message for message in found if may_change(access, message)]


def _failed(access: Access) -> list[dict[str, Any]]:
    """Messages of late that some families did not get by any way, newest first."""
    since = clock.now() - FAILURES_OF
    recent = (
        _here(access).filter(state=Message.State.RELEASED, released_at__gt=since).order_by("-released_at")
    )
    mine = [message for message in recent if sees_every_class(access, message)]
    counts = failures.families_unreached(mine) if mine else {}
    return [{"message": m, "families": counts[m.id]} for m in mine if m.id in counts][:DRAFTS]


def _today(access: Access) -> list[dict[str, Any]]:
    """What went out today and, first, what is still to go out today."""
    midnight = datetime.combine(clock.today(), time(), tzinfo=clock.TOKYO)
    to_come = Q(state=Message.State.SCHEDULED, due_at__lt=midnight + timedelta(days=1))
    found = with_counts(_here(access).filter(Q(released_at__gte=midnight) | to_come))
    newest_first = found.order_by(F("released_at").desc(nulls_first=True), "due_at")
    lines = rows(list(newest_first[:TODAY]))
    for line in lines:
        line["percent"] = 100 * line["read"] // line["recipients"] if line["recipients"] else 0
    return lines


def _reachable(access: Access) -> dict[str, Any]:
    """Coverage: of the school, of a teacher's own classes, or of the schools with most to do."""
    year = clock.school_year()
    schools = [access.school] if access.school else access.schools
    ids = [school.id for school in schools]
    if access.school and not access.manages(access.school.id) and not access.is_ward_wide:
        own = access.own_classroom_ids()
        by_room = {room: one for room, one in coverage.by_classroom(year, ids).items() if room in own}
        rooms = Classroom.objects.filter(Q(id__in=by_room))
        lines = [{"name": room.label, "coverage": by_room[room.id]} for room in rooms]
        return {"coverage": sum(by_room.values(), Coverage()), "lines": lines, "of_classes": True}
    found = coverage.by_school(year, ids)
    lines = [{"name": s.name, "coverage": found[s.id]} for s in schools if s.id in found]
    lines.sort(key=lambda line: (-line["coverage"].unreachable, -line["coverage"].missing))  # type: ignore[attr-defined]
    with_gaps = [line for line in lines if line["coverage"].unreachable or line["coverage"].missing]  # type: ignore[attr-defined]
    total = sum(found.values(), Coverage())
    return {"coverage": total, "lines": with_gaps[:SCHOOLS] if len(schools) > 1 else []}
