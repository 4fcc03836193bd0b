"""Every address there is, walked and not listed: a new page is tried without anybody remembering to."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver, reverse


def patterns(namespace: str) -> Iterator[URLPattern]:
    """Give the patterns of a namespace, those of included files too."""
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and resolver.namespace == namespace:
            yield from _walk(resolver)


def addresses(namespace: str, things: Mapping[str, UUID | int]) -> Iterator[tuple[str, str]]:
    """Give name and address of every pattern of which all the things are there."""
    for pattern in patterns(namespace):
        named = set(pattern.pattern.regex.groupindex)
        if named <= set(things):
            kwargs = {name: things[name] for name in named}
            yield str(pattern.name), reverse(f"{namespace}:{pattern.name}", kwargs=kwargs)


def _walk(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern)
        else:
            yield pattern
