"""One-time codes by mail: prove that an address is read by the person who typed it.

Six digits, ten minutes, five tries (ASVS 5.0 6.5.5). The session keeps a keyed hash, never the code.
"""

import hmac
import secrets
import time
import unicodedata
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
    if _just_asked(session, purpose, email):
        return False
    code = _new_code()
    text = _(
        "確認コード: %(code)s\n\nこの数字を、おたよりの画面に入力してください。%(minutes)d分間使えます。\n"
        "お心当たりがないときは、このメールを消してください。"
    ) % {"code": code, "minutes": MINUTES}
    mail.send_text(email, _("おたより 確認コード"), text)
    _remember(session, purpose, email, code)
    return True


def pretend(session: Session, purpose: str, email: str) -> bool:
    """Do as `send` does, but mail nothing: what `check` says later does not tell the two apart."""
    if _just_asked(session, purpose, email):
        return False
    _remember(session, purpose, email, _new_code())
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


def digits(typed: str) -> str:
    """Read a code pasted with what stands around it, or typed in the wide digits of a Japanese keyboard."""
    plain = unicodedata.normalize("NFKC", typed)
    return "".join(character for character in plain if character.isdecimal())


def _just_asked(session: Session, purpose: str, email: str) -> bool:
    earlier = session.get(_slot(purpose))
    if not earlier:
        return False
    return bool(time.time() - earlier["sent"] < WAIT and earlier["for"] == _key(purpose, email, ""))


def _new_code() -> str:
    return f"{secrets.randbelow(10**6):06d}"


def _remember(session: Session, purpose: str, email: str, code: str) -> None:
    session[_slot(purpose)] = {
        "for": _key(purpose, email, ""),
        "code": _key(purpose, email, code),
        "sent": time.time(),
        "tries": 0,
    }


def _slot(purpose: str) -> str:
    return f"code:{purpose}"


def _key(purpose: str, email: str, code: str) -> str:
    return crypto.lookup_key(f"code {purpose}", f"{email.strip().casefold()}\0{code}").hex()
