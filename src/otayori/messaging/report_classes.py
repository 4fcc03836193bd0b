"""How a message stands class by class: the chart of the progress page."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from otayori.core import clock
from otayori.messaging.failures import TOLD
from otayori.messaging.models import Message
from otayori.messaging.report_schools import COUNTED
from otayori.roster.order import class_order
from otayori.schools.models import School

# One statement for all classes; the row without a class is of children who are in none this year.
_BY_CLASS = f"""
WITH {TOLD}
SELECT c.id, c.label, c.grade, c.name, {COUNTED}
FROM messaging_recipient r
JOIN messaging_recipientstudent rs ON rs.recipient_id = r.id
JOIN roster_student s ON s.id = rs.student_id AND s.school_id = %(school)s
LEFT JOIN roster_enrolment n ON n.student_id = s.id AND n.year_id = %(year)s
LEFT JOIN schools_classroom c ON c.id = n.classroom_id
WHERE r.message_id = ANY(%(messages)s)
GROUP BY c.id
"""  # noqa: S608 - no value stands in it


@dataclass(frozen=True)
class ClassTotals:
    """Guardians of one class. One with children in two classes counts in both."""

    classroom_id: UUID | None  # None: children who are in no class this year
    label: str
    recipients: int
    read: int  # what it says now
    unreached: int  # not read at all, and no address has taken or may still take it

    @property
    def unread(self) -> int:
        """Not read although it went out or is still going out; or read before the correction alone."""
        return self.recipients - self.read - self.unreached


def by_class(message: Message, school: School) -> list[ClassTotals]:
    """Return the classes of a school that a released message went to, in the order of the register."""
    with connection.cursor() as cursor:  # the progress page of a school with 1,200 students
        cursor.execute(
            _BY_CLASS,
            {
                "messages": [message.id],
                "version": message.version,
                "school": school.id,
                "year": clock.school_year(),
            },
        )
        rows = cursor.fetchall()
    rows.sort(key=lambda row: class_order(row[2] or "", row[3] or ""))
    return [ClassTotals(key, label or "", *numbers) for key, label, _grade, _name, *numbers in rows]
