"""Let the demo's manager have told some families by paper and telephone what did not get to them."""

from datetime import timedelta
from typing import Final

from otayori.accounts.access import access_for
from otayori.accounts.models import User
from otayori.core import clock
from otayori.messaging.letter import Choice, chosen, sections
from otayori.messaging.models import Message, ToldOtherwise
from otayori.messaging.told_otherwise import tell
from otayori.ops.demo import cast

_CLASSES: Final = 4  # the first were given the letter; of the next, one child's family was called


def write_told() -> None:
    """Note it for the newest message of the manager to the whole school, on the day after."""
    author = User.objects.by_email(cast.SUZUKI.email)
    mine = Message.objects.filter(author=author, state=Message.State.RELEASED, individual=False)
    message = mine.select_related("school", "batch").order_by("-released_at").first()
    if author is None or message is None or message.school is None or message.released_at is None:
        return
    access = access_for(author)
    found = chosen(sections(access, message, message.school), Choice.OUT)
    for one in found[:_CLASSES]:
        tell(access, message, message.school, students=[line.student.id for line in one.lines], way="letter")
    for one in found[_CLASSES : _CLASSES + 1]:
        tell(access, message, message.school, students=[one.lines[0].student.id], way="phone")
    at = min(message.released_at + timedelta(hours=18), clock.now())
    ToldOtherwise.objects.filter(message=message).update(at=at)
