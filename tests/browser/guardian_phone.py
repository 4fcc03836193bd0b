"""A guardian's phone: the app with its service worker in charge, and pushes put into its hand."""

from typing import Any

from django.test import Client
from playwright.sync_api import BrowserContext, Page

from otayori.core.ids import new_id
from otayori.delivery.parcel import Content, Urgency
from otayori.messaging.models import Message


def open_app(context: BrowserContext, client: Client, url: str) -> Page:
    """The app of who is signed in with `client`, with notifications allowed."""
    context.grant_permissions(["notifications"])
    session = client.cookies["otayori_session"].value
    context.add_cookies([{"name": "otayori_session", "value": session, "url": url}])
    page = context.new_page()
    page.goto("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return page


def content(message: Message, **fields: Any) -> Content:
    title, text = fields.pop("title", message.title), fields.pop("text", message.text)
    values: dict[str, Any] = {
        "batch_id": new_id(), "language": "ja", "urgency": Urgency(message.urgency), "sender": "桜小学校",
        "title": title, "text": text, "mail_title": title, "mail_text": text,
        "url": f"https://otayori.example/m/{message.id}", "settings_url": "https://otayori.example/settings",
        "sent_at": message.released_at,
    }  # fmt: skip
    return Content(**values | fields)


def deliver(page: Page, payload: bytes) -> None:
    """Give the service worker these bytes as a push.

    The browser's own way (CDP `deliverPushMessage`, used below) takes text and can't carry deflated bytes:
    so the event is made inside the worker, for the worker's own handler.
    """
    worker = page.context.service_workers[0]
    worker.evaluate(
        """async (bytes) => {
            const event = new PushEvent("push", { data: new Uint8Array(bytes) });
            const work = [];
            event.waitUntil = (promise) => work.push(promise);
            self.dispatchEvent(event);
            await Promise.all(work);
        }""",
        list(payload),
    )


def shown(page: Page) -> list[dict[str, Any]]:
    return page.evaluate(
        """async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((one) =>
            ({
                title: one.title, body: one.body, tag: one.tag, stays: one.requireInteraction, data: one.data,
            }))"""
    )


def cut_off(page: Page) -> None:
    page.context.set_offline(True)


def kept(page: Page) -> list[str]:
    """The addresses of the pages on the device."""
    return page.evaluate(
        """async () => {
            const cache = await caches.open("pages-1");
            return (await cache.keys()).map((one) => new URL(one.url).pathname);
        }"""
    )


def wait_for(page: Page, script: str) -> None:
    """Wait until a script says true; playwright's own way of asking twice is stopped by our policy."""
    for _ in range(100):
        if page.evaluate(script):
            return
        page.wait_for_timeout(50)
    raise AssertionError(script)


def in_worker(page: Page, script: str, value: object = None) -> Any:
    """Run a script in the service worker."""
    return page.context.service_workers[0].evaluate(script, value)


def nothing_waits(page: Page) -> None:
    """Wait until the phone has told all it had to tell."""
    wait_for(page, "device.queue.all().then((all) => all.length === 0)")
