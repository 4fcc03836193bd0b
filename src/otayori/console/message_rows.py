"""Messages as lists show them, a row each: audience in words, how they stand, how many have read."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from otayori.messaging.audience import Audience, Target
from otayori.messaging.compose import audience_of
from otayori.messaging.describe import Names, names_of, shortened
from otayori.messaging.models import Attachment, Message, Recipient
from otayori.messaging.state import is_open, state_of
from otayori.schools.models import School, Ward


def with_counts(found: QuerySet[Message]) -> QuerySet[Message]:
    """Add recipients, readers, files and whether deliveries are open; counted for a page's rows alone."""
    mine = Recipient.objects.filter(message=OuterRef("pk")).order_by().values("message")
    files = Attachment.objects.filter(message=OuterRef("pk")).order_by().values("message")
    return (
        found.select_related("school", "author", "batch")
        .defer("text", "recall_reason")
        .annotate(
            recipient_count=_number(mine),
            read_count=_number(mine.filter(read_at__isnull=False)),
            file_count=_number(files.exclude(state=Attachment.State.REFUSED)),
            board=Subquery(Ward.objects.values("board")[:1]),
            is_open=is_open(),
        )
    )


def rows(found: Iterable[Message], known: Iterable[School] = ()) -> list[dict[str, Any]]:
    """Return messages `with_counts` as rows; `known`: schools whose names need not be asked for."""
    listed: list[Any] = list(found)  # annotated
    names = _names(listed, known)
    return [
        {
            "message": message,
            "sender": message.school.name if message.school else message.board,
            "audience": shortened(names.words(audience_of(message), message.school)),
            "state": state_of(message),
            "recipients": message.recipient_count,
            "read": message.read_count,
            "percent": 100 * message.read_count // message.recipient_count if message.recipient_count else 0,
            "files": message.file_count,
        }
        for message in listed
    ]


def _names(listed: list[Message], known: Iterable[School]) -> Names:
    """Return what the audiences' parts are called; schools that are loaded are not asked for."""
    schools = {school.id: school for school in known}
    schools |= {message.school.id: message.school for message in listed if message.school}

    def unknown(targets: Iterable[Target]) -> tuple[Target, ...]:
        return tuple(one for one in targets if one.kind not in ("school", "grade") or one.id not in schools)

    audiences = [audience_of(message) for message in listed]
    names = names_of(
        Audience(include=unknown(one.include), exclude=unknown(one.exclude)) for one in audiences
    )
    return replace(names, schools=names.schools | schools)


def _number(counted: Any) -> Coalesce:
    return Coalesce(Subquery(counted.annotate(n=Count("*")).values("n"), output_field=IntegerField()), 0)
