"""Texts of messages in templates."""

from django import template
from django.utils.translation import ngettext

from otayori.delivery import test_push
from otayori.family.links import Piece, pieces

register = template.Library()


@register.filter
def with_links(text: str) -> list[Piece]:
    """Return the pieces of a text, each with its address or without."""
    return pieces(text)


@register.simple_tag
def push_key() -> str:
    """Return the key that a device subscribes to notifications with."""
    return test_push.public_key()


@register.simple_tag
def waiting_words(number: int) -> str:
    """Say that things wait to be sent, in the form for this number, which the page puts in place of {n}."""
    words = ngettext(
        "まだ送信していないものがあります（%(n)s件）。電波が戻ると自動で送ります",
        "まだ送信していないものがあります（%(n)s件）。電波が戻ると自動で送ります",
        number,
    )
    return words % {"n": "{n}"}
