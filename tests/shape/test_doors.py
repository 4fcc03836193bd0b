"""Every address stands behind a door: see accounts/access.py."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

# Pages of django-allauth have doors of their own: they ask for a session, or are for signing in.
OTHERS = ("allauth.",)


def views(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, address)
        else:
            yield address, pattern.callback


def test_no_address_is_without_a_door() -> None:
    found = dict(views(get_resolver().url_patterns))
    assert len(found) > 30
    open_ones = {
        address: view
        for address, view in found.items()
        if not hasattr(view, "door") and not getattr(view, "__module__", "").startswith(OTHERS)
    }
    assert not open_ones


def test_a_view_for_everyone_says_why() -> None:
    for address, view in views(get_resolver().url_patterns):
        kind, _, why = getattr(view, "door", "").partition(": ")
        assert kind in ("", "staff", "member", "guardian") or (kind == "everyone" and len(why) > 10), address
