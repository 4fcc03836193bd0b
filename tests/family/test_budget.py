"""What a guardian's page costs on a slow network: all it is made of, compressed, as the server sends it."""

import re
from collections.abc import Iterator
from posixpath import normpath

import pytest
from django.templatetags.static import static
from django.test import Client

from tests.cast import Cast
from tests.family.paper import attach, hand_out, scan, send

pytestmark = pytest.mark.django_db

PAGE = 50_000  # bytes: the page, its styles, scripts and icon
SCRIPTS = 30_000  # bytes
COMPRESSED = {"Accept-Encoding": "gzip"}


def test_an_inbox_a_message_and_the_settings_are_small(cast: Cast, client: Client) -> None:
    client.force_login(cast.kim.user)
    for day in range(30):
        send(cast.sakura, cast.sato, cast.haru, title=f"{day}日の学年だより", text="お弁当と水筒です。" * 40)
    message = send(cast.sakura, cast.sato, cast.haru, text="11月30日(月) 9時に集まります。" * 20)
    attach(message)
    for address in ("/", f"/m/{message.id}", "/calendar", "/settings", "/reach"):
        check(client, address)


def test_the_steps_of_joining_are_small(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.rin)
    check(client, "/join")
    scan(client, secrets)
    check(client, "/join/child")
    client.post("/join/child")
    check(client, "/join/account")


def check(client: Client, address: str) -> None:
    page = client.get(address)
    assert page.status_code == 200, address
    words = page.content.decode()
    sizes = {name: sent(client, name) for name in [address, *files(client, words)]}
    scripts = sum(size for name, size in sizes.items() if name.endswith(".js"))
    assert len(sizes) > 5, sizes
    assert scripts < SCRIPTS, (address, scripts, sizes)
    assert sum(sizes.values()) < PAGE, (address, sum(sizes.values()), sizes)


def files(client: Client, words: str) -> Iterator[str]:
    """The styles, scripts and icons that a page names, and the scripts that those import, now or later."""
    waiting = re.findall(rf'<(?:script|link)\b[^>]*(?:src|href)="({static("")}[^"]+)"', words)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in found or "apple-touch" in name:  # asked for when the app is put on the home screen
            continue
        found.add(name)
        yield name
        if name.endswith(".js"):
            source = b"".join(client.get(name).streaming_content).decode()  # type: ignore[attr-defined]
            parts = re.findall(r'(?:from|import)\s*\(?"\./([\w.-]+)"', source)
            waiting += [normpath(f"{name}/../{part}") for part in parts]


def sent(client: Client, address: str) -> int:
    """The bytes of an answer's body."""
    answer = client.get(address, headers=COMPRESSED)
    assert answer.status_code == 200, address
    if answer.streaming:
        return sum(len(part) for part in answer.streaming_content)  # type: ignore[attr-defined]
    return len(answer.content)
