"""A file of a message, as it lies there once it was checked and read."""

from otayori.messaging.models import Attachment, Message


def attach(message: Message, name: str = "しおり.pdf", text: str = "", **fields: object) -> Attachment:
    """Attach it, without bytes; `fields` say what is otherwise."""
    found = Attachment(
        message=message, name=name, text=text, size=9, received=9, kind="pdf", added_by=message.author,
        state="ready", digest="d" * 64, is_readable=True,
    )  # fmt: skip
    for field, value in fields.items():
        setattr(found, field, value)
    found.save(force_insert=True)
    return found
