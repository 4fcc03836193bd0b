"""Home: what needs me now, is anyone unreachable, what goes out today."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from otayori.accounts.access import Access, access_of, staff
from otayori.console.message_rows import rows, with_counts
from otayori.core import clock
from otayori.messaging import failures
from otayori.messaging.access import messages_for
from otayori.messaging.models import Message
from otayori.messaging.needs import Needs, needs
from otayori.messaging.report_access import sees_every_class
from otayori.messaging.senders import senders
from otayori.roster import coverage
from otayori.roster.coverage import Coverage

A_KIND = 5  # of each kind of thing to do
DRAFTS = 3
FAILURES_OF = timedelta(days=3)
TODAY = 20
SCHOOLS = 8


@staff
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in."""
    access = access_of(request)
    midnight = datetime.combine(clock.today(), time(), tzinfo=clock.TOKYO)
    found = needs(access, until=midnight + timedelta(days=1))
    recent = list(_recent(access))
    return render(
        request,
        "console/home.html",
        {
            "nav_current": "home",
            "may_write": bool(senders(access)),
            **_to_do(found, _failed(access, recent)),
            **_today(access, found, [one for one in recent if _released_since(one, midnight)]),
            **_reachable(access),
        },
    )


def _recent(access: Access) -> QuerySet[Message]:
    """What went out of late, newest first: of the school the pages are about, or of all this person sees."""
    found = messages_for(access).filter(released_at__gt=clock.now() - FAILURES_OF)
    if access.school:
        found = found.filter(school=access.school)
    return found.select_related("school").defer("text", "recall_reason").order_by("-released_at", "-id")


def _released_since(message: Message, moment: datetime) -> bool:
    return message.released_at is not None and message.released_at >= moment


def _to_do(found: Needs, failed: list[dict[str, Any]]) -> dict[str, Any]:
    """The lists of things to do, each cut to what home has room for, with how many more there are."""
    kinds: dict[str, list[Any]] = {
        "undoable": found.undoable,
        "approvals": found.approvals,
        "sent_back": found.sent_back,
        "returned": found.returned,
        "failed": failed,
        "asked": found.asked,
        "drafts": found.drafts,
    }
    shown = {}
    for kind, all_of in kinds.items():
        most = DRAFTS if kind == "drafts" else A_KIND
        shown[kind] = {"lines": all_of[:most], "rest": all_of[most:]}
    return {**shown, "needs_somebody": any(kinds.values())}


def _failed(access: Access, recent: list[Message]) -> list[dict[str, Any]]:
    """Messages of late that some families did not get by any way, newest first."""
    mine = [one for one in recent if one.recalled_at is None and sees_every_class(access, one)]
    counts = failures.families_unreached(mine) if mine else {}
    return [{"message": m, "families": counts[m.id]} for m in mine if m.id in counts]


def _today(access: Access, found: Needs, released: list[Message]) -> dict[str, Any]:
    """What is still to go out today, soonest first, and what went out, newest first."""
    to_come = [one for one in found.going_out if not access.school or one.school_id == access.school.id]
    ids = [message.id for message in (*to_come, *released)]
    shown = ids[:TODAY]
    lines = rows(with_counts(Message.objects.filter(id__in=shown)), access.schools) if shown else []
    lines.sort(key=lambda line: shown.index(line["message"].id))
    day = clock.today().isoformat()
    return {"today": lines, "today_rest": len(ids) - len(shown), "today_day": day}


def _reachable(access: Access) -> dict[str, Any]:
    """Coverage: of the school, of a teacher's own classes, or of the schools with most to do."""
    year = clock.school_year()
    schools = [access.school] if access.school else access.schools
    ids = [school.id for school in schools]
    if access.school and not access.manages(access.school.id) and not access.is_ward_wide:
        own = access.own_classroom_ids()
        by_room = {room: one for room, one in coverage.by_classroom(year, ids).items() if room in own}
        return {"coverage": sum(by_room.values(), Coverage()), "of_classes": True}
    found = coverage.by_school(year, ids)
    lines = [(school, found[school.id]) for school in schools if school.id in found]
    lines.sort(key=lambda line: (-line[1].unreachable, -line[1].missing))
    with_gaps = [
        {"name": school.name, "coverage": one} for school, one in lines if one.unreachable or one.missing
    ]
    total = sum(found.values(), Coverage())
    return {"coverage": total, "lines": with_gaps[:SCHOOLS] if len(schools) > 1 else []}
