"""What the stories about what comes after sending share: a message that went out a while ago."""

from datetime import timedelta

from otayori.accounts.models import User
from otayori.core import clock
from otayori.delivery.models import Batch, Slice
from otayori.messaging.models import FollowUp, Message
from otayori.roster.models import Guardian
from otayori.schools.models import School
from tests.cast import Cast
from tests.console.message_stories import released, whole
from tests.console.push_first import send_what_is_due


def went_out(author: User, school: School | None, *picked: object, **words: object) -> Message:
    """A message all of whose pushes and mails were handed over a quarter of an hour ago."""
    message = released(author, school, *picked, **words)  # type: ignore[arg-type]
    settle_all(message)
    return a_while_ago(message)


def settle_all(message: Message) -> None:
    """Let the workers send everything that waits, mails to the unread too."""
    Slice.objects.filter(done_at=None).update(due_at=clock.now() - timedelta(hours=1))
    for batch in Batch.objects.all():
        send_what_is_due(batch)
    message.refresh_from_db()


def a_while_ago(message: Message) -> Message:
    """Nobody needs to wait with a reminder."""
    Batch.objects.update(released_at=clock.now() - timedelta(minutes=15))
    message.refresh_from_db()
    return message


def to_the_school(cast: Cast) -> Message:
    """The manager's, to everybody of sakura: Kim, Yamada, Alvarez and Watanabe."""
    return went_out(cast.suzuki, cast.sakura, whole(cast.sakura))


def told(follow_up: FollowUp) -> set[str]:
    """The names of the guardians for whom the batch of a follow-up was meant."""
    ids = [one for piece in follow_up.batch.slices.all() for one in piece.endpoint_ids]
    return {person.user.name for person in Guardian.objects.filter(endpoints__in=ids).select_related("user")}
