"""Release a message: one transaction from the rule to recipients and delivery rows."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from otayori.accounts.access import Access
from otayori.core import audit, clock
from otayori.delivery import release as delivery
from otayori.delivery.parcel import Urgency
from otayori.delivery.progress import progress
from otayori.messaging import resolve, rules, targets
from otayori.messaging.audience import Audience
from otayori.messaging.compose import Missing, audience_of, missing
from otayori.messaging.models import Message, Recipient
from otayori.messaging.times import is_too_late
from otayori.messaging.words import texts


class NotReady(Exception):
    """The draft can't be sent; `lacks` says why."""

    def __init__(self, lacks: list[Missing]) -> None:
        super().__init__(", ".join(lacks))
        self.lacks = lacks


@transaction.atomic
def release(access: Access, message_id: UUID) -> Message:
    """Send the message. A second click, or a second person, finds it released and changes nothing.

    Raises `NotReady`, `targets.NotYours` (`rules.NeedsApproval`), or `Message.DoesNotExist`.
    """
    message = Message.objects.select_for_update().get(id=message_id)
    if message.state == Message.State.RELEASED:
        return message
    audience = audience_of(message)
    targets.check(access, message.school, audience)
    _check_approved(access, message)
    at = clock.now()
    guardians = 0 if audience.is_empty else _insert_recipients(message, audience, at)
    lacks = missing(message, students=guardians)
    if is_too_late(message, at):
        lacks.append(Missing.DEADLINE_PAST)
    if lacks:
        raise NotReady(lacks)
    batch, deliveries = delivery.release(
        _order(message, at), Recipient.objects.filter(message=message).values("guardian_id")
    )
    message.batch, message.released_at, message.state = batch, at, Message.State.RELEASED
    message.returned, message.tried_at = "", None
    message.save(update_fields=["batch", "released_at", "state", "returned", "tried_at"])
    audit.record(
        "message released",
        actor_id=access.user.id,
        school_id=message.school_id,
        object_id=message.id,
        urgency=message.urgency,
        guardians=guardians,
        deliveries=deliveries,
    )
    return message


def _check_approved(access: Access, message: Message) -> None:
    """The last look, whatever led here: nothing goes past who has to approve it."""
    is_asked = message.state == Message.State.APPROVAL
    if (is_asked or rules.needs_approval(access, message)) and not rules.is_approved(message):
        raise rules.NeedsApproval


def stop(access: Access, message: Message) -> int:
    """Stop what is still waiting, mails to the unread too; returns how many deliveries that were.

    What has all gone stays sent.
    """
    if message.batch is None or not any(channel.open for channel in progress(message.batch)):
        return 0
    waiting = delivery.stop(message.batch, clock.now())
    audit.record(
        "message stopped",
        actor_id=access.user.id,
        school_id=message.school_id,
        object_id=message.id,
        waiting=waiting,
    )
    return waiting


def _insert_recipients(message: Message, audience: Audience, at: datetime) -> int:
    """Insert each guardian once, however many children match, with the children named; returns how many.

    Also which schools the message is about: their staff may read what the board wrote to their families.
    Each row takes its id before it is inserted, so that nothing has to be joined: in the first days of a
    school year the planner believes that nobody is enrolled in it, and joined 20,000 rows by nested loops.
    """
    matched = resolve.guardianships(audience).values("guardian_id", "student_id", "student__school_id")
    links, params = matched.query.sql_with_params()
    with connection.cursor() as cursor:  # the release of a message
        cursor.execute(
            f"""
            WITH matched (guardian_id, student_id, school_id) AS MATERIALIZED ({links}),
            families AS (
                SELECT guardian_id, array_agg(DISTINCT student_id) AS students
                FROM matched GROUP BY guardian_id
            ), people AS MATERIALIZED (
                SELECT nextval((SELECT pg_get_serial_sequence('messaging_recipient', 'id'))) AS id,
                       guardian_id, students
                FROM families
            ), recipients AS (
                INSERT INTO messaging_recipient (id, message_id, guardian_id, released_at)
                SELECT id, %s::uuid, guardian_id, %s::timestamptz FROM people
            ), children AS (
                INSERT INTO messaging_recipientstudent (recipient_id, student_id)
                SELECT id, unnest(students) FROM people
            ), schools AS (
                INSERT INTO messaging_message_reached (message_id, school_id)
                SELECT DISTINCT %s::uuid, school_id FROM matched
            )
            SELECT count(*) FROM people
            """,  # noqa: S608 - the query is Django's own, its values are parameters
            [*params, message.id, at, message.id],
        )
        return int(cursor.fetchone()[0])


def _order(message: Message, at: datetime) -> delivery.Order:
    return delivery.Order(
        subject_id=message.id,
        school=message.school,
        urgency=Urgency(message.urgency),
        texts=texts(message),
        released_at=at,
        deadline=message.deliver_before,
    )
