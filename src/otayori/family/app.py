"""What makes the pages an app: manifest, service worker, and the pages it keeps on the device."""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import conditional_page

from otayori.accounts.access import everyone
from otayori.core import languages, statics
from otayori.delivery import test_push
from otayori.messaging.models import URGENCY_LABELS

WHY = "the browser asks for it without anybody; it holds nothing personal"

SHELL = (
    "otayori/tokens.css", "otayori/base.css", "otayori/components.css", "otayori/family.css",
    "otayori/print.css", "otayori/ui.js", "otayori/icons/favicon.svg",
    "otayori/icons/app-192.png", "otayori/icons/badge-96.png",
    "family/family.css", "family/app.js", "family/device.js", "family/deliver.js", "family/queue.js",
    "family/send.js", "family/subscription.js", "family/push.js", "family/which_device.js",
    "family/inbox.js", "family/search.js", "family/kept.js", "family/fetch_ahead.js", "family/keep.js",
    "family/offline.js", "family/reach_report.js",
)  # fmt: skip
# Kept on the device and shown again and again: what was to be told once ("saved") does not stand in it
_NOBODYS: dict[str, Any] = {"messages": ()}
ICONS = (("app-192", 192, "any"), ("app-512", 512, "any"), ("app-maskable-512", 512, "maskable"))
WORKER = (
    "family/device.js", "family/deliver.js",
    *(f"family/worker/{name}.js" for name in ("pages", "queue", "message", "push", "fetch")),
)  # fmt: skip


@everyone(WHY)
@conditional_page
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest, in the language of the page that links it."""
    fields = {
        "id": "/",
        "name": _("おたより"),
        "short_name": _("おたより"),
        "description": _("学校・園からのお知らせを受け取ります。"),
        "lang": languages.current().tag,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": [
            {
                "src": static(f"otayori/icons/{name}.png"),
                "sizes": f"{pixels}x{pixels}",
                "type": "image/png",
                "purpose": purpose,
            }
            for name, pixels, purpose in ICONS
        ],
    }
    response = JsonResponse(fields, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/manifest+json"
    response["Cache-Control"] = "no-cache"
    return response


@everyone(WHY)
@conditional_page
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: its settings, and the files it is made of. 304 for a browser that has it."""
    response = HttpResponse(_script(), content_type="text/javascript")
    response["Service-Worker-Allowed"] = "/"
    response["Cache-Control"] = "no-cache"
    return response


@everyone(WHY)
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown for a page that is not on the device while there is no network."""
    return render(request, "family/offline.html", _NOBODYS)


@everyone(WHY)
def message_shell(request: HttpRequest) -> HttpResponse:
    """The message page without a message: the service worker fills it from a push."""
    return render(request, "family/message_shell.html", _NOBODYS | {"nav_current": "inbox"})


@cache
def _script() -> str:
    """The same for everybody and in every language; browsers ask for it each time a page is opened."""
    page = {
        "config": json.dumps(_config(), ensure_ascii=False),
        "files": json.dumps([static(name) for name in WORKER]),
    }
    return render_to_string("family/sw.js", page)


def _config() -> dict[str, Any]:
    return {
        "version": statics.version(),
        "shell": [static(name) for name in SHELL],
        "messageShell": reverse("family:message_shell"),
        "offline": reverse("family:offline"),
        "inbox": reverse("family:inbox"),
        "calendar": reverse("family:calendar"),
        "subscribe": reverse("family:push_subscribe"),
        "pushKey": test_push.public_key(),
        "statics": settings.STATIC_URL,
        "files": static(""),
        "icon": static("otayori/icons/app-192.png"),
        "badge": static("otayori/icons/badge-96.png"),
        "words": {code: _words(code) for code, _name in settings.LANGUAGES},
    }


def _words(language: str) -> dict[str, str | list[str]]:
    """What the service worker itself says; in the order one, more than one where it counts ({n})."""
    with translation.override(language):
        urgencies = {urgency.value: str(label) for urgency, label in URGENCY_LABELS.items()}
        return {
            "emergency": urgencies["emergency"],
            "important": urgencies["important"],
            "reminder": _("再送"),
            "correction": _("訂正"),
            "recall": _("取り消し"),
            "recalled": _("お知らせの取り消し"),
            "overtaken": _("お知らせが新しくなりました。開いて確かめてください。"),
            "unreadable": _("お知らせが届きました。開いて確かめてください。"),
            "app": _("おたより"),
            "digest": [
                ngettext("新しいお知らせが%(n)s件あります", "新しいお知らせが%(n)s件あります", n)
                % {"n": "{n}"}
                for n in (1, 2)
            ],
        }
