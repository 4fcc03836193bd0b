"""What a phone has to tell waits on it, honestly said, until there is a network."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Route, expect

from otayori.delivery.channels.webpush.payload import render
from otayori.delivery.endpoints import push_key
from otayori.delivery.models import ChannelName, Endpoint
from otayori.messaging.models import Message, Recipient
from otayori.roster.models import Guardian
from tests.browser.conftest import PHONE
from tests.browser.guardian_phone import (
    content,
    cut_off,
    deliver,
    in_worker,
    nothing_waits,
    open_app,
    wait_for,
)
from tests.cast import Cast
from tests.family.paper import send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADDRESS = "https://push.example/send/kims-phone"
WAITS = "まだ送信していないものがあります（1件）。電波が戻ると自動で送ります"


def send_from_the_page(page: Page, kind: str = "answer") -> str:
    """What the page says to who has pressed a button that sends `kind`."""
    script = """async (kind) => {
        const { send } = await import("/static/family/queue.js");
        return send({ key: `${kind}:1`, kind, data: { choice: "出席" } });
    }"""
    return str(page.evaluate(script, kind))


def waiting(page: Page) -> list[str]:
    """The keys of what waits on the phone."""
    return list(page.evaluate("device.queue.all().then((all) => all.map((one) => one.key))"))


def row(message: Message, guardian: Guardian) -> Recipient:
    return Recipient.objects.get(message=message, guardian=guardian)


def dispatch_sync(page: Page) -> None:
    """Let the browser find that there is a network again, with the app closed or not."""
    session = page.context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(200)
    origin = page.evaluate("location.origin")
    session.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": origin, "registrationId": found[0], "tag": "queue", "lastChance": False},
    )


def test_the_worker_sends_what_waits_when_the_network_is_back(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    deliver(phone, render(content(message)))
    phone.add_init_script("delete ServiceWorkerRegistration.prototype.sync")  # the browser would ask at once
    cut_off(phone)
    phone.goto(f"/m/{message.id}")
    wait_for(phone, "device.queue.all().then((all) => all.length === 1)")
    phone.route("**/queue", lambda route: route.abort())  # the page's own way does not come through
    with phone.expect_request("**/queue"):
        phone.context.set_offline(False)
    assert row(message, cast.kim).read_at is None
    dispatch_sync(phone)
    nothing_waits(phone)
    assert row(message, cast.kim).read_at is not None


def test_the_page_says_what_has_been_sent_and_what_has_not(phone: Page, cast: Cast) -> None:
    phone.goto("/")  # once more, to be kept: the page that says the network is away loads itself anew
    wait_for(phone, "caches.match('/').then((page) => page !== undefined)")
    cut_off(phone)
    assert send_from_the_page(phone) == "kept"
    expect(phone.get_by_text(WAITS)).to_be_visible()
    phone.goto("/")  # also after the app was closed
    expect(phone.get_by_text(WAITS)).to_be_visible()
    seen: list[dict[str, Any]] = []

    def take(route: Route) -> None:
        body = json.loads(route.request.post_data or "")
        seen.append(body)
        route.fulfill(json={"done": [one["key"] for one in body["items"]], "refused": []})

    phone.route("**/queue", take)
    phone.context.set_offline(False)
    nothing_waits(phone)
    expect(phone.get_by_text(WAITS)).to_be_hidden()
    assert seen == [
        {
            "guardian": str(cast.kim.id),
            "items": [{"key": "answer:1", "kind": "answer", "data": {"choice": "出席"}}],
        }
    ]
    assert send_from_the_page(phone) == "sent"


def test_what_the_server_refuses_stays_with_its_words_until_somebody_has_seen_it(phone: Page) -> None:
    assert send_from_the_page(phone) == "refused"  # no such kind
    words = phone.get_by_text("送信できませんでした。お手数ですが、もう一度入力してください。")
    expect(words).to_be_visible()
    phone.goto("/settings")
    expect(words).to_be_visible()
    found = Axe().run(phone)
    assert found.violations_count == 0, found.generate_report()
    phone.get_by_role("button", name="閉じる").click()
    expect(words).to_be_hidden()
    assert waiting(phone) == []


def test_a_receipt_that_waits_is_not_made_a_fuss_of(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    deliver(phone, render(content(message)))
    cut_off(phone)
    phone.goto(f"/m/{message.id}")
    wait_for(phone, "device.queue.all().then((all) => all.length === 1)")
    expect(phone.locator("[data-queue-state]")).to_be_hidden()
    phone.evaluate("{ const now = Date.now; Date.now = () => now() + 30 * 60 * 60 * 1000; }")  # a day later
    phone.evaluate("import('/static/family/queue.js').then((queue) => queue.tellState())")
    expect(phone.get_by_text(WAITS)).to_be_visible()


def test_another_guardian_on_the_phone_sends_nothing_of_the_first(
    phone: Page, live_server: Any, cast: Cast, client: Client
) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, cast.aoi)
    deliver(phone, render(content(message)))
    cut_off(phone)
    phone.goto(f"/m/{message.id}")
    wait_for(phone, "device.queue.all().then((all) => all.length === 1)")
    client.force_login(cast.yamada.user)
    session = client.cookies["otayori_session"].value
    phone.context.add_cookies([{"name": "otayori_session", "value": session, "url": live_server.url}])
    phone.context.set_offline(False)
    with phone.expect_response("**/queue") as told:  # before a page of Yamada's says who is here now
        phone.evaluate("dispatchEvent(new Event('online'))")
    assert told.value.status in (403, 409)  # the token of another, or the name
    phone.goto("/settings")
    nothing_waits(phone)
    assert not Recipient.objects.filter(read_at__isnull=False).exists()


def test_two_tabs_send_the_same_once(phone: Page, cast: Cast) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    deliver(phone, render(content(message)))
    other = phone.context.new_page()
    other.goto("/settings")
    sent: list[str] = []
    phone.context.on("request", lambda one: sent.append(one.url) if one.url.endswith("/queue") else None)
    cut_off(phone)
    phone.goto(f"/m/{message.id}")
    wait_for(phone, "device.queue.all().then((all) => all.length === 1)")
    sent.clear()
    phone.context.set_offline(False)
    for page in (phone, other):
        page.evaluate("dispatchEvent(new Event('online'))")
    for page in (phone, other):
        nothing_waits(page)
    assert row(message, cast.kim).read_at is not None


@pytest.mark.parametrize("years", [-30, 30])
def test_a_clock_that_is_wrong_changes_nothing(
    browse: Callable[..., BrowserContext], live_server: Any, cast: Cast, client: Client, years: int
) -> None:
    client.force_login(cast.kim.user)
    context = browse(PHONE)
    shift = f"const now = Date.now; Date.now = () => now() + {years} * 365 * 86400000;"
    context.add_init_script(shift)
    phone = open_app(context, client, live_server.url)
    in_worker(phone, f"() => {{ {shift} }}")
    message = send(cast.sakura, cast.sato, cast.haru, text="あしたは休校です。")
    deliver(phone, render(content(message)))
    phone.goto(f"/m/{message.id}")
    expect(phone.get_by_text("あしたは休校です。")).to_be_visible()
    nothing_waits(phone)
    assert row(message, cast.kim).read_at is not None


def test_without_a_database_what_was_read_is_told_at_once_and_nothing_else_is_promised(
    phone: Page, cast: Cast
) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    deliver(phone, render(content(message)))
    phone.add_init_script("delete self.indexedDB; delete Window.prototype.indexedDB;")
    phone.goto(f"/m/{message.id}")
    assert phone.evaluate("typeof indexedDB") == "undefined"
    nothing_waits(phone)
    assert row(message, cast.kim).read_at is not None
    cut_off(phone)
    assert send_from_the_page(phone) == "failed"
    assert waiting(phone) == []


def test_a_device_says_that_it_was_used_and_that_a_push_came(phone: Page, cast: Cast) -> None:
    """The browser's own push service can't be reached: the subscription is made up, all else is real."""
    device = Endpoint(guardian=cast.kim, channel=ChannelName.WEBPUSH, address="x", host="push.example")
    device.address_key = push_key(ADDRESS)
    device.save(force_insert=True)
    mine = f"PushManager.prototype.getSubscription = async () => ({{ endpoint: '{ADDRESS}' }});"
    phone.add_init_script(mine)
    in_worker(phone, f"() => {{ {mine} }}")
    message = send(cast.sakura, cast.sato, cast.haru)
    deliver(phone, render(content(message)))
    assert phone.evaluate("device.get('lastPush').then((one) => one.id)") == str(message.id)
    assert waiting(phone) == [
        "arrived"
    ]  # tens of thousands get a push at once: it goes with what is sent next
    phone.evaluate(f"localStorage.setItem('otayori-push', '{ADDRESS}')")
    phone.goto("/settings")
    nothing_waits(phone)
    device.refresh_from_db()
    assert device.seen_at is not None
    assert device.arrived_at is not None
    Endpoint.objects.update(arrived_at=None)
    deliver(phone, render(content(message)))
    assert waiting(phone) == []  # told within the hour
    deliver(phone, render(content(message, url="https://otayori.example/settings/notifications")))
    device.refresh_from_db()
    assert device.arrived_at is not None  # who tries it is told at once


@pytest.mark.parametrize("lost", ["gone", "another key"])
def test_a_subscription_that_was_lost_is_made_anew_on_any_page(phone: Page, cast: Cast, lost: str) -> None:
    """As above; the server hears of the new address once."""
    there = "null" if lost == "gone" else "{ options: { applicationServerKey: new Uint8Array(65).buffer } }"
    phone.add_init_script(
        f"""
        let mine = {there};
        if (mine) mine.unsubscribe = async () => {{ mine = null; }};
        PushManager.prototype.getSubscription = async () => mine;
        PushManager.prototype.subscribe = async ({{ applicationServerKey }}) => {{
            const endpoint = "https://127.0.0.1/push/new";
            mine = {{ endpoint, options: {{ applicationServerKey: applicationServerKey.buffer }} }};
            mine.toJSON = () => ({{ endpoint, bytes: applicationServerKey.length }});
            return mine;
        }};
        """
    )
    told: list[Any] = []

    def take(route: Route) -> None:
        told.append(json.loads(route.request.post_data or ""))
        route.fulfill(json={"id": "1"})

    phone.route("**/push/subscribe", take)
    if lost == "gone":
        phone.goto("/settings")
        nothing_waits(phone)
        assert told == []  # nobody had allowed it here
    phone.evaluate("localStorage.setItem('otayori-push', 'https://127.0.0.1/push/old')")
    phone.goto("/")
    wait_for(phone, "localStorage.getItem('otayori-push') === 'https://127.0.0.1/push/new'")
    assert told == [{"endpoint": "https://127.0.0.1/push/new", "bytes": 65}]
