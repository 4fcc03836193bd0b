"""Which names of a message's report a person sees.

Managers, the board and auditors: all. The author: all, for every student of it was theirs to write to.
Other teachers of the school: the classes they teach.
"""

from otayori.accounts.access import Access
from otayori.messaging.models import Message
from otayori.messaging.report import ClassReport


def sees_every_class(access: Access, message: Message) -> bool:
    """Tell whether all names of the message may be shown to this person."""
    return access.is_ward_wide or access.manages(message.school_id) or message.author_id == access.user.id


def shown(access: Access, message: Message, reports: list[ClassReport]) -> list[ClassReport]:
    """Return the classes of the report that this person may see."""
    if sees_every_class(access, message):
        return reports
    own = access.own_classroom_ids()
    return [report for report in reports if report.classroom is not None and report.classroom.id in own]
