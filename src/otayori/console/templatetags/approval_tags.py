"""What came back: the comment with which a draft was sent back, on the page where it is corrected."""

from typing import Any

from django import template

from otayori.messaging import approve
from otayori.messaging.models import Message

register = template.Library()


@register.inclusion_tag("console/sent_back.html")
def sent_back(message: Message | None) -> dict[str, Any]:
    """The last step, if the draft was sent back and nothing was asked since."""
    return {"step": approve.sent_back(message) if message else None}
