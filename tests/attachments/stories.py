"""What the stories about files share: adding one to a draft, and having all checked as a worker does."""

from otayori.accounts.models import User
from otayori.messaging.attachments import process, take_in
from otayori.messaging.models import Attachment, Message
from tests.console.message_stories import access


def add(author: User, message: Message, name: str, data: bytes) -> Attachment:
    return take_in.take_whole(access(author), message, name=name, data=data)


def check_all() -> None:
    while process.check_next():
        pass


def checked(author: User, message: Message, name: str, data: bytes) -> Attachment:
    """Add a file and have it checked."""
    attachment = add(author, message, name, data)
    check_all()
    return fresh(attachment)


def fresh(attachment: Attachment) -> Attachment:
    return Attachment.objects.select_related("message").get(id=attachment.id)
