"""The list of messages: filtered by address, newest first."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from otayori.accounts.access import Access, access_of, staff
from otayori.delivery.models import Batch
from otayori.delivery.status import OPEN
from otayori.messaging.access import messages_for
from otayori.messaging.compose import audience_of
from otayori.messaging.describe import names_of, shortened
from otayori.messaging.models import URGENCY_CHOICES, Message, Recipient
from otayori.messaging.senders import BOARD, sender_key, senders
from otayori.schools.models import School, Ward

A_PAGE = 20
STATES = ("draft", "scheduled", "sending", "sent", "stopped")


@staff
def messages(request: HttpRequest) -> HttpResponse:
    """The messages this person sees; state, urgency and sender stand in the address."""
    access = access_of(request)
    chosen = _chosen(request, access)
    found = _filtered(messages_for(access), chosen)
    page = Paginator(_in_order(found), A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "console/messages.html",
        {
            "nav_current": "messages",
            "page": page,
            "rows": rows(page),
            "chosen": chosen,
            "is_filtered": any(request.GET.get(name) for name in ("state", "urgency", "sender")),
            "states": list(zip(STATES, _state_words(), strict=True)),
            "urgencies": URGENCY_CHOICES,
            "senders": _senders(access),
            "may_write": bool(senders(access)),
        },
    )


def rows(page: "Page[Message] | list[Message]") -> list[dict[str, Any]]:
    """Return messages as the list shows them: with their audience in words, and how they stand."""
    found = list(page)
    names = names_of(audience_of(message) for message in found)
    board = Ward.objects.get().board if any(message.school is None for message in found) else ""
    return [
        {
            "message": message,
            "sender": message.school.name if message.school else board,
            "audience": shortened(names.words(audience_of(message), message.school)),
            "state": state_of(message),
            "recipients": message.recipient_count,  # type: ignore[attr-defined]
            "read": message.read_count,  # type: ignore[attr-defined]
        }
        for message in found
    ]


def with_counts(found: QuerySet[Message]) -> QuerySet[Message]:
    """Add recipients, readers and whether deliveries are open; counted for the rows of a page alone."""
    mine = Recipient.objects.filter(message=OuterRef("pk")).order_by().values("message")
    return found.select_related("school", "author", "batch").annotate(
        recipient_count=_number(mine.annotate(n=Count("*")).values("n")),
        read_count=_number(mine.filter(read_at__isnull=False).annotate(n=Count("*")).values("n")),
        is_open=_is_open(),
    )


def state_of(message: Message) -> str:
    """Return draft, scheduled, sending, stopped or sent, of a message `with_counts`."""
    if message.state != Message.State.RELEASED:
        return "draft" if message.state == Message.State.DRAFT else "scheduled"
    if message.is_open:  # type: ignore[attr-defined]
        return "sending"
    return "stopped" if message.batch and message.batch.stopped_at else "sent"


def _state_words() -> tuple[str, ...]:
    return _("下書き"), _("予約"), _("送信中"), _("送信済み"), _("停止")


def _number(counted: QuerySet[Recipient, Any]) -> Coalesce:
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _is_open() -> Any:
    # the sweep closes a batch that has no open row: those, nearly all, need no look at their rows
    unclosed = Batch.objects.filter(id=OuterRef("batch"), closed_at__isnull=True)
    cut = unclosed.filter(slices__done_at__isnull=True, slices__due_at__lte=Now())
    return Exists(cut) | Exists(unclosed.filter(deliveries__status__in=OPEN))


def _in_order(found: QuerySet[Message]) -> QuerySet[Message]:
    return with_counts(found).order_by(F("released_at").desc(nulls_first=True), "-changed_at", "-id")


def _filtered(found: QuerySet[Message], chosen: dict[str, str]) -> QuerySet[Message]:
    if sender := chosen["sender"]:
        found = found.filter(school=None) if sender == BOARD else found.filter(school__id=sender)
    if urgency := chosen["urgency"]:
        found = found.filter(urgency=urgency)
    released = Q(state=Message.State.RELEASED)
    match chosen["state"]:
        case "draft" | "scheduled" as state:
            return found.filter(state=state)
        case "sending":
            return found.filter(released, _is_open())
        case "sent":
            return found.filter(released, ~_is_open(), batch__stopped_at__isnull=True)
        case "stopped":
            return found.filter(released, ~_is_open(), batch__stopped_at__isnull=False)
    return found


def _senders(access: Access) -> list[tuple[str, str]]:
    """Senders to filter by: none where a person belongs to one school alone."""
    possible: list[School | None] = [None] if access.is_ward_wide else []
    possible += access.schools
    if len(possible) < 2:
        return []
    return [(sender_key(s), s.name if s else _("教育委員会")) for s in possible]


def _chosen(request: HttpRequest, access: Access) -> dict[str, str]:
    """Read the filters; a value that is none of ours filters nothing."""
    usual = str(access.school.id) if access.school and "sender" not in request.GET else ""
    known = {
        "state": set(STATES),
        "urgency": {value for value, _label in URGENCY_CHOICES},
        "sender": {key for key, _label in _senders(access)},
    }
    asked = {name: request.GET.get(name, "") for name in known}
    asked["sender"] = asked["sender"] or usual
    return {name: value if value in known[name] else "" for name, value in asked.items()}
