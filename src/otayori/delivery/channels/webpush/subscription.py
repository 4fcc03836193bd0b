"""Reads what a browser gives as its push subscription and refuses what we must not talk to.

The endpoint is an address that we will send requests to and that a client chose: it is checked against
an allow-list of push services, when it is stored and again before each request (the SSRF guard). The
address must match one strict pattern, so that no two URL parsers can disagree about its host.
"""

import base64
import binascii
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec

KNOWN_PUSH_HOSTS = (
    "fcm.googleapis.com",  # Chrome, Edge on Android, Samsung, Opera
    "jmt17.google.com",  # Chromium builds without Google's keys (Linux distributions)
    ".push.services.mozilla.com",  # Firefox
    ".push.apple.com",  # Safari, and every browser on iOS
    ".notify.windows.com",  # Edge on Windows
)
MAX_ENDPOINT = 2048  # characters; the longest seen (WNS) have about 600

_ENDPOINT = re.compile(
    r"(?P<origin>(?P<scheme>https?)://(?P<host>[a-z0-9-]+(\.[a-z0-9-]+)*|\[::1\])(?P<port>:[0-9]{1,5})?)"
    r"/[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*"
)
_LOOPBACK = re.compile(r"https?://(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?")


class BadSubscription(ValueError):
    """A subscription we do not take. `code` is one of: json, endpoint, host, p256dh, auth."""

    def __init__(self, code: str) -> None:
        super().__init__(f"push subscription refused: {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Subscription:
    """A browser's push subscription. Secret: whoever has it and our key can send to the device."""

    endpoint: str = field(repr=False)
    p256dh: bytes = field(repr=False)  # 65 bytes, uncompressed P-256 point
    auth: bytes = field(repr=False)  # 16 bytes
    vapid: str = ""  # the VAPID public key it was made with, where known
    origin: str = ""  # https://fcm.googleapis.com


def normalise(raw: str, *, allowed_hosts: Collection[str], vapid: str = "") -> str:
    """Check `PushSubscription.toJSON()` of a browser and give the JSON text to store as an address.

    One subscription always gives the same text. `vapid` is the public key the page subscribed with;
    stored along, it tells later that a subscription died with a key. Raises BadSubscription.
    """
    found = parse(raw, allowed_hosts=allowed_hosts)
    try:  # off the curve no message can be encrypted, and the time to say so is now
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), found.p256dh)
    except ValueError as error:
        raise BadSubscription("p256dh") from error
    fields = {"auth": _encode(found.auth), "endpoint": found.endpoint, "p256dh": _encode(found.p256dh)}
    if vapid or found.vapid:
        fields["vapid"] = vapid or found.vapid
    return json.dumps(fields, separators=(",", ":"), sort_keys=True)


def parse(raw: str, *, allowed_hosts: Collection[str]) -> Subscription:
    """Read a stored address or a browser's JSON (where the keys sit one level deeper).

    Everything is checked except that the point lies on the curve: encrypting does that.
    """
    if len(raw) > 2 * MAX_ENDPOINT:
        raise BadSubscription("json")
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadSubscription("json") from error
    if not isinstance(data, dict):
        raise BadSubscription("json")
    keys = data.get("keys", data)
    keys = keys if isinstance(keys, dict) else {}
    endpoint, vapid = data.get("endpoint"), data.get("vapid", "")
    p256dh = _decode(keys.get("p256dh"), 65, "p256dh")
    if p256dh[0] != 4:
        raise BadSubscription("p256dh")
    return Subscription(
        endpoint=str(endpoint),
        p256dh=p256dh,
        auth=_decode(keys.get("auth"), 16, "auth"),
        vapid=vapid if isinstance(vapid, str) else "",
        origin=_checked_origin(endpoint, allowed_hosts),
    )


def origin(address: str) -> str:
    """The push service of a stored address, for pacing and for figures: `https://fcm.googleapis.com`.

    Raises BadSubscription where there is none.
    """
    try:
        match = _ENDPOINT.match(json.loads(address)["endpoint"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadSubscription("endpoint") from error
    if match is None:
        raise BadSubscription("endpoint")
    return match["origin"]


def _checked_origin(endpoint: object, allowed_hosts: Collection[str]) -> str:
    if not isinstance(endpoint, str) or len(endpoint) > MAX_ENDPOINT:
        raise BadSubscription("endpoint")
    match = _ENDPOINT.fullmatch(endpoint)
    if match is None:
        raise BadSubscription("endpoint")
    if not _allowed(match["origin"], tuple(allowed_hosts)):
        raise BadSubscription("host")
    return match["origin"]


@lru_cache(maxsize=1024)  # a ward's devices have a handful of push services
def _allowed(origin: str, allowed_hosts: tuple[str, ...]) -> bool:
    match = _ENDPOINT.fullmatch(origin + "/")
    return match is not None and any(_allows(entry, match) for entry in allowed_hosts)


def _allows(entry: str, endpoint: re.Match[str]) -> bool:
    """Whether one entry of the allow-list covers the endpoint.

    `fcm.googleapis.com` is that host, `.notify.windows.com` any host below it: by https on its own port.
    `http://127.0.0.1` is a loopback origin, any port unless it names one; other plain origins never match.
    """
    if "://" in entry:
        return _LOOPBACK.fullmatch(entry) is not None and entry in (
            endpoint["origin"],
            f"{endpoint['scheme']}://{endpoint['host']}",
        )
    if endpoint["scheme"] != "https" or endpoint["port"] not in (None, ":443"):
        return False
    host = endpoint["host"]
    return host == entry or (entry.startswith(".") and host.endswith(entry) and len(host) > len(entry))


def _decode(text: object, length: int, code: str) -> bytes:
    """Base64 of exactly `length` bytes; padded or not, either alphabet: pages encode keys in all ways."""
    if not isinstance(text, str) or len(text) > 2 * length:
        raise BadSubscription(code)
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        data = binascii.a2b_base64(bare + "=" * (-len(bare) % 4), strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise BadSubscription(code) from error
    if len(data) != length:
        raise BadSubscription(code)
    return data


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
