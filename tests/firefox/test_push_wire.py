"""A push over the real wire, the whole way: our worker, a push service, Firefox, and the page offline."""

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from otayori.delivery.channels.webpush.subscription import parse
from otayori.delivery.models import ChannelName, Endpoint
from otayori.messaging import recall
from otayori.messaging.audience import Target
from otayori.messaging.models import Message, Recipient
from otayori.ops.child import start_child
from otayori.ops.postgres import EmbeddedPostgres
from tests.cast import PASSWORD, Cast
from tests.console.message_stories import access, released
from tests.delivery.push_server import assert_single_use
from tests.delivery.smtp_server import SmtpServer
from tests.firefox.autopush import PushService, autopush
from tests.firefox.browser import Firefox, firefox
from tests.stories.processes import ROOT, environment, ready, until, worker
from tests.stories.relay import free_port

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(transaction=True)]

HOST = "https://127.0.0.1"  # on the allow-list in the place of Mozilla's
SHOWN = 100  # what Firefox acknowledges a push with that it could decrypt
NOTIFICATIONS = """navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) =>
    all.map(({ title, body, tag }) => ({ title, body, tag })))"""
TITLE, TEXT = "あしたの遠足", "集合は8:45です。\nお弁当と水筒を持ってきてください。"
REASON = "別の学年あての内容でした。"


@dataclass
class Phone:
    """Kim's Firefox, and the two it talks to."""

    firefox: Firefox
    service: PushService
    url: str
    server: subprocess.Popen[bytes]

    def notifications(self) -> list[dict[str, Any]]:
        """What is shown on the device."""
        return list(self.firefox.run(NOTIFICATIONS))

    def turn_the_server_off(self) -> None:
        """From here on nobody listens at the app's address."""
        stop(self.server)
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(self.url, timeout=5)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def web(environ: dict[str, str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The web server as a ward runs it."""

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=20) as answer:
                return int(answer.status) == 200
        except OSError:
            return False

    command = [sys.executable, "-m", "otayori.ops.cli", "web", "--port", str(port)]
    process = start_child(command, environ=environ, death_signal=signal.SIGKILL)
    try:
        until(answers, "the web server is up")
        yield process
    finally:
        stop(process)


@pytest.fixture
def phone(cast: Cast, postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Phone]:
    """Firefox with real servers around it: ours, and a push service that speaks Mozilla's protocol."""
    with ExitStack() as running:
        relay = running.enter_context(SmtpServer().running_in_thread())
        service = running.enter_context(autopush())
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        ours = {
            "OTAYORI_BASE_URL": url, "OTAYORI_PUSH_HOSTS": HOST, "SSL_CERT_FILE": service.ca_file,
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
        }  # fmt: skip
        environ = environment(postgres, relay.url("?starttls=never"), **ours)
        server = running.enter_context(web(environ, port))
        running.enter_context(worker(environ))
        ready()
        browser = running.enter_context(
            firefox(tmp_path, dom__push__serverURL=service.socket, dom__push__retryBaseInterval=200)
        )
        yield Phone(browser, service, url, server)


def sign_in(phone: Phone) -> None:
    phone.firefox.goto(f"{phone.url}/accounts/login/")
    phone.firefox.fill({"login": "kim@mail.example", "password": PASSWORD})
    phone.firefox.press("form[action*='login'] button")
    until(lambda: phone.firefox.path() == "/", "Kim is signed in")


def subscribe(phone: Phone, cast: Cast) -> None:
    """Allow notifications, and see that the page has subscribed with the ward's key."""
    phone.firefox.goto(f"{phone.url}/settings/notifications")
    phone.firefox.says("通知を許可すると")
    phone.firefox.press("[data-push-allow]")
    phone.firefox.says("この端末で通知を受け取ります。")
    endpoint = Endpoint.objects.get(guardian=cast.kim, channel=ChannelName.WEBPUSH)
    kept = parse(endpoint.address, allowed_hosts=[HOST])
    assert kept.origin == phone.service.origin
    assert list(phone.service.keys.values()) == [kept.vapid]


def is_subscribed_anew(phone: Phone, cast: Cast) -> None:
    """Mozilla's service forgets the device: Firefox wakes the worker, which subscribes again and tells us."""
    lost = set(phone.service.keys)
    phone.service.forget()
    until(lambda: phone.service.keys.keys() - lost, "Firefox subscribes anew")
    (channel,) = phone.service.keys.keys()
    ways = Endpoint.objects.filter(guardian=cast.kim, channel=ChannelName.WEBPUSH)
    until(lambda: any(channel in way.address for way in ways.all()), "the server knows of it")


def shows(phone: Phone, title: str, body: str, tag: str) -> None:
    """Wait until this is the notification on the device."""
    expected = {"title": title, "body": body, "tag": tag}
    until(lambda: expected in phone.notifications(), f"Firefox shows {expected}")


def test_a_message_reaches_firefox_and_its_page_opens_without_the_server(phone: Phone, cast: Cast) -> None:
    sign_in(phone)
    subscribe(phone, cast)
    phone.firefox.press("[data-push-test]")
    phone.firefox.says("この端末に通知が届きました。準備は完了です。")
    is_subscribed_anew(phone, cast)

    message = released(
        cast.sato, cast.sakura, Target(kind="classroom", id=cast.p3_1.id), title=TITLE, text=TEXT
    )
    shows(phone, "桜小学校", TITLE, str(message.id))
    phone.turn_the_server_off()
    phone.firefox.goto(f"{phone.url}/m/{message.id}")
    for words in (TITLE, *TEXT.split("\n")):
        phone.firefox.says(words)
    assert Recipient.objects.get(message=message, guardian=cast.kim).read_at is None  # who could have told

    recall.recall(access(cast.suzuki), message.id, REASON)
    phone.firefox.says(REASON)  # the page that is open goes by itself
    assert "水筒" not in phone.firefox.text()
    shows(phone, "【取り消し】桜小学校", "お知らせの取り消し", str(message.id))
    phone.firefox.goto(f"{phone.url}/m/{message.id}")
    phone.firefox.says(REASON)
    assert TITLE not in phone.firefox.text()
    all_went_well(phone.service, message)


def all_went_well(service: PushService, message: Message) -> None:
    """Firefox could read every push; a test, a message and its recall came, and nothing was refused."""
    assert service.refused == []
    until(lambda: all(push.acknowledged for push in service.pushes), "Firefox acknowledges")
    assert [push.acknowledged for push in service.pushes] == [SHOWN] * 3
    assert_single_use(push.body for push in service.pushes)
    _test, told, withdrawn = service.pushes
    assert told.headers["topic"] != withdrawn.headers["topic"]
    assert told.headers["urgency"] == "normal"
