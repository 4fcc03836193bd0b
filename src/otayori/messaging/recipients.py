"""Recipients: write down who gets a message, each guardian once, with the children who are the reason."""

from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from otayori.messaging.models import Message
from otayori.roster.models import Guardianship


def insert(message: Message, links: QuerySet[Guardianship], at: datetime) -> int:
    """Insert each guardian once, however many children match, with the children named; returns how many.

    Also which schools the message is about: their staff may read what the board wrote to their families.
    Each row takes its id before it is inserted, so that nothing has to be joined: in the first days of a
    school year the planner believes that nobody is enrolled in it, and joined 20,000 rows by nested loops.
    """
    matched = links.values("guardian_id", "student_id", "student__school_id")
    wanted, params = matched.query.sql_with_params()
    with connection.cursor() as cursor:  # the release of a message; who joined the audience later
        cursor.execute(
            f"""
            WITH matched (guardian_id, student_id, school_id) AS MATERIALIZED ({wanted}),
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
                ON CONFLICT DO NOTHING
            )
            SELECT count(*) FROM people
            """,  # noqa: S608 - the query is Django's own, its values are parameters
            [*params, message.id, at, message.id],
        )
        return int(cursor.fetchone()[0])
