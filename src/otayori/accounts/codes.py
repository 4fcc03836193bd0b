"""One-time codes by mail: prove that an address is read by the person who typed it.

Six digits, ten minutes, five tries (ASVS 5.0 6.5.5). The session keeps a keyed hash, never the code.
"""

import hmac
import secrets
import time
from collections.abc import MutableMapping
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from otayori.core import crypto, mail

MINUTES = 10
TRIES = 5
WAIT = 30  # seconds before another may be asked for

Session = MutableMapping[str, Any]


class Checked(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED_UP = "used up"


def send(session: Session, purpose: str, email: str) -> bool:
    """Mail a fresh code to `email` and remember it in the session.

    Returns False, sending nothing, within `WAIT` seconds of the last. Raises `mail.MailNotSent`.
    """
    earlier = session.get(_slot(purpose))
    if earlier and time.time() - earlier["sent"] < WAIT and earlier["for"] == _key(purpose, email, ""):
        return False
    code = f"{secrets.randbelow(10**6):06d}"
    text = _(
        "確認コード: %(code)s\n\nこの数字を、登録の画面に入力してください。%(minutes)d分間使えます。\n"
        "お心当たりがないときは、このメールを消してください。"
    ) % {"code": code, "minutes": MINUTES}
    mail.send_text(email, _("おたより 確認コード"), text)
    session[_slot(purpose)] = {
        "for": _key(purpose, email, ""),
        "code": _key(purpose, email, code),
        "sent": time.time(),
        "tries": 0,
    }
    return True


def check(session: Session, purpose: str, email: str, typed: str) -> Checked:
    """Compare what was typed; a right code is used up by it."""
    kept = session.get(_slot(purpose))
    if not kept or time.time() - kept["sent"] > MINUTES * 60:
        return Checked.EXPIRED
    if kept["tries"] >= TRIES:
        return Checked.USED_UP
    if hmac.compare_digest(kept["code"], _key(purpose, email, typed)):
        del session[_slot(purpose)]
        return Checked.RIGHT
    session[_slot(purpose)] = kept | {"tries": kept["tries"] + 1}
    return Checked.WRONG


def _slot(purpose: str) -> str:
    return f"code:{purpose}"


def _key(purpose: str, email: str, code: str) -> str:
    return crypto.lookup_key(f"code {purpose}", f"{email.strip().casefold()}\0{code}").hex()
