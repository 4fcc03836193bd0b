"""What every page of the console shows around its content."""

import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from otayori.delivery.health import Trouble, troubles

KEPT_FOR = 5.0  # seconds: every page of the staff asks
_kept: tuple[float, list[Trouble]] = (float("-inf"), [])


def staff(request: HttpRequest) -> dict[str, Any]:
    """Who is signed in and what is wrong with the channels; nothing for pages without a staff door.

    `channel_trouble` is a function: a page that does not show it (a guardian's) does not ask.
    """
    access = getattr(request, "access", None)
    if access is None:
        return {}
    sentences: Callable[[], list[str]] = channel_trouble if access.is_staff else list
    return {"access": access, "channel_trouble": sentences}


def channel_trouble() -> list[str]:
    """Say why messages do not leave just now; empty when all is well."""
    global _kept
    at, found = _kept
    if time.monotonic() - at > KEPT_FOR:
        found = troubles()
        _kept = (time.monotonic(), found)
    return [_sentence(trouble) for trouble in found]


def forget_trouble() -> None:
    """Ask again at the next page."""
    global _kept
    _kept = (float("-inf"), [])


def _sentence(trouble: Trouble) -> str:
    if not trouble.channel:
        return _(
            "送信の処理が止まっています。お知らせは保存してあり、動きしだい自動で送信します。"
            "システムの担当者に連絡してください。"
        )
    if trouble.channel == "webpush":
        return _("プッシュ通知のサービスにつながりません。つながりしだい自動で送信します。")
    if trouble.code == "auth":
        return _(
            "メールサーバーにログインできません。直りしだい自動で送信します。"
            "システムの担当者に連絡してください。"
        )
    if trouble.code.startswith("refused"):
        return _(
            "メールサーバーが送信を断っています。直りしだい自動で送信します。"
            "システムの担当者に連絡してください。"
        )
    return _("メールサーバーにつながりません。つながりしだい自動で送信します。")
