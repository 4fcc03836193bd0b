"""E-mail addresses as guardians type them: tidy, check, and guess what a slip of the finger meant. Pure."""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

from otayori.delivery.channels.email.address import mailbox_bytes
from otayori.delivery.channels.email.errors import UnsendableAddressError

# Where most guardians in Japan have their mail; a domain close to one of these is asked about.
COMMON_DOMAINS = (
    "docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "i.softbank.jp", "ymobile.ne.jp",
    "ymail.ne.jp", "t.vodafone.ne.jp", "d.vodafone.ne.jp", "k.vodafone.ne.jp", "uqmobile.jp", "rakumail.jp",
    "icloud.com", "me.com", "gmail.com", "yahoo.co.jp", "yahoo.ne.jp", "yahoo.com", "ymail.com",
    "outlook.jp", "outlook.com", "hotmail.co.jp", "hotmail.com", "live.jp", "msn.com", "mail.com", "gmx.com",
    "nifty.com", "ocn.ne.jp", "biglobe.ne.jp", "so-net.ne.jp", "qq.com", "163.com", "naver.com",
)  # fmt: skip
# Endings that people give to the right name: docomo.co.jp, gmail.co.jp, icloud.jp.
_RIGHT_ENDING = {
    "docomo": "docomo.ne.jp", "ezweb": "ezweb.ne.jp", "softbank": "softbank.ne.jp",
    "ymobile": "ymobile.ne.jp", "i.softbank": "i.softbank.jp", "gmail": "gmail.com", "icloud": "icloud.com",
    "au": "au.com",
}  # fmt: skip
# Carriers that gave out names with dots where RFC 5321 forbids them: a..b@docomo.ne.jp
_CARRIERS = {
    "docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "t.vodafone.ne.jp", "d.vodafone.ne.jp",
    "k.vodafone.ne.jp",
}  # fmt: skip
_CARRIER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/?%&-]*")
_ODD_DOTS = re.compile(r"\.{2,}")
_ENDING = re.compile(r"\.(?:(?:co|ne|or|ac)\.jp|jp|com|net|ne|co|cm|con|om)$")


class BadAddress(ValueError):
    """No mail can be sent to what was typed."""


class OddDots(BadAddress):
    """A dot too many before the @; only some carriers gave such names out."""


def tidy(typed: str) -> str:
    """Return a typed address without what keyboards add: full-width letters, spaces, a final full stop.

    Raises `BadAddress` for what no mail can be sent to, `OddDots` where dots are all that is wrong.
    """
    address = "".join(unicodedata.normalize("NFKC", typed).split()).rstrip(".。、,")
    local, at, domain = address.rpartition("@")
    if not at:
        raise BadAddress
    domain = domain.lower()
    address = f"{local}@{domain}"
    if domain in _CARRIERS and _CARRIER_NAME.fullmatch(local):
        return _sendable(address)
    try:
        return _sendable(_normalised(address))
    except EmailNotValidError as error:
        if _is_valid(f"{_ODD_DOTS.sub('.', local).strip('.')}@{domain}"):
            raise OddDots from error
        raise BadAddress from error


def suggest(address: str) -> str | None:
    """Return the address that was probably meant, or None: 「a@docomo.en.jp」 gives 「a@docomo.ne.jp」."""
    local, _, domain = address.rpartition("@")
    if domain in COMMON_DOMAINS or domain.endswith(".ezweb.ne.jp"):
        return None
    meant = _RIGHT_ENDING.get(_ENDING.sub("", domain)) or _closest(domain)
    return f"{local}@{meant}" if meant else None


def _normalised(address: str) -> str:
    checked = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    return str(checked.normalized)


def _is_valid(address: str) -> bool:
    try:
        _normalised(address)
    except EmailNotValidError:
        return False
    return True


def _sendable(address: str) -> str:
    try:
        mailbox_bytes(address)
    except UnsendableAddressError as error:
        raise BadAddress from error
    return address


def _closest(domain: str) -> str | None:
    near = [
        (distance(domain, known), known) for known in COMMON_DOMAINS if abs(len(domain) - len(known)) <= 2
    ]
    # A short domain is close to many: qq.com and gq.com may both be meant.
    least, best = min(near, default=(99, ""))
    return best if least <= (1 if len(best) <= 8 else 2) else None


def distance(one: str, other: str) -> int:
    """Return how many letters are wrong, missing, too many or swapped with their neighbour."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            best = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
