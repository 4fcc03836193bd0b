"""Texts of messages in templates."""

from django import template

from otayori.family.links import Piece, pieces

register = template.Library()


@register.filter
def with_links(text: str) -> list[Piece]:
    """Return the pieces of a text, each with its address or without."""
    return pieces(text)
