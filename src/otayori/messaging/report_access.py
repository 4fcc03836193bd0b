"""Which names of a message's report a person sees.

Managers (of their school), the board and auditors: all. The author: all of a message to own classes and
groups; one beyond these went out by a manager's approval, and its names are not the author's to read.
Other teachers of the school: the classes they teach.
"""

from uuid import UUID

from otayori.accounts.access import Access
from otayori.messaging.compose import audience_of
from otayori.messaging.models import Message
from otayori.messaging.report import ClassReport
from otayori.messaging.targets import is_own
from otayori.roster.access import knows_members
from otayori.schools.models import School


def sees_every_class(access: Access, message: Message) -> bool:
    """Tell whether all names of the message may be shown to this person."""
    if access.is_ward_wide or access.manages(message.school_id):
        return True
    return message.author_id == access.user.id and is_own(access, message.school, audience_of(message))


def sees_whole_school(access: Access, message: Message, school: School) -> bool:
    """Tell whether all names of one school may be shown: its manager reads what the board sent there too."""
    return sees_every_class(access, message) or access.manages(school.id)


def own_classes(access: Access, message: Message) -> set[UUID]:
    """Return the classes whose names somebody sees who does not see all: the own ones.

    None of a message to a support group that is not theirs: the report would tell who is in it.
    """
    named = {target.id for target in audience_of(message).include if target.kind == "group" and target.id}
    return access.own_classroom_ids() if knows_members(access, named) else set()


def shown(access: Access, message: Message, school: School, reports: list[ClassReport]) -> list[ClassReport]:
    """Return the classes of a school's report that this person may see."""
    if sees_whole_school(access, message, school):
        return reports
    own = own_classes(access, message)
    return [report for report in reports if report.classroom is not None and report.classroom.id in own]
