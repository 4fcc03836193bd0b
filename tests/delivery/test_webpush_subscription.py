"""A browser's subscription is read strictly: it is an address that we shall send requests to."""

import json
from typing import Any

import pytest

from otayori.delivery.channels.webpush.subscription import (
    KNOWN_PUSH_HOSTS,
    BadSubscription,
    normalise,
    origin,
    parse,
)
from tests.delivery.push_server import Device

LOOPBACK = ("http://127.0.0.1", "https://localhost:8443")
FCM = "https://fcm.googleapis.com/fcm/send/eYLp09:APA91b-x_y"


def browser_json(endpoint: str = FCM, **keys: object) -> str:
    data: dict[str, Any] = json.loads(Device("", "").subscription())
    data["endpoint"] = endpoint
    data["keys"] |= keys
    return json.dumps(data)


@pytest.mark.parametrize(
    "endpoint",
    [
        FCM,
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA",
        "https://web.push.apple.com/QAbc-_",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%2bx%3d",
        "https://fcm.googleapis.com:443/fcm/send/x",
    ],
)
def test_the_push_services_of_the_browsers_are_taken(endpoint: str) -> None:
    assert parse(browser_json(endpoint), allowed_hosts=KNOWN_PUSH_HOSTS).endpoint == endpoint


@pytest.mark.parametrize(
    ("endpoint", "code"),
    [
        ("https://evil.example/fcm.googleapis.com", "host"),
        ("https://fcm.googleapis.com.evil.example/x", "host"),
        ("https://notify.windows.com.evil.example/x", "host"),
        ("https://evilnotify.windows.com/x", "host"),
        ("https://.notify.windows.com/x", "endpoint"),
        ("https://notify.windows.com/x", "host"),
        ("https://fcm.googleapis.com./x", "endpoint"),
        ("https://fcm.googleapis.com:8443/x", "host"),
        ("http://fcm.googleapis.com/x", "host"),
        ("https://169.254.169.254/latest/meta-data", "host"),
        ("https://[::1]/x", "host"),
        ("http://127.0.0.1:8000/x", "host"),
        ("https://fcm.googleapis.com@evil.example/x", "endpoint"),
        ("https://user:word@fcm.googleapis.com/x", "endpoint"),
        ("https://evil.example\\@fcm.googleapis.com/x", "endpoint"),
        ("https://evil.example#@fcm.googleapis.com/x", "endpoint"),
        ("https://fcm.googleapis.com/x#part", "endpoint"),
        ("https://fcm.googleapis.com/a b", "endpoint"),
        ("https://fcm.googleapis.com/x\r\nX-Header: y", "endpoint"),
        (" https://fcm.googleapis.com/x", "endpoint"),
        ("https://fcm.googleapis.com/x\n", "endpoint"),
        ("https://fcm.googleapis.com", "endpoint"),
        ("HTTPS://FCM.googleapis.com/x", "endpoint"),
        ("https://fcm。googleapis。com/x", "endpoint"),
        ("ftp://fcm.googleapis.com/x", "endpoint"),
        ("file:///etc/passwd", "endpoint"),
        ("//fcm.googleapis.com/x", "endpoint"),
        ("", "endpoint"),
        ("https://fcm.googleapis.com/" + "x" * 2048, "endpoint"),
    ],
)
def test_everything_else_is_refused(endpoint: str, code: str) -> None:
    with pytest.raises(BadSubscription) as refused:
        parse(browser_json(endpoint), allowed_hosts=KNOWN_PUSH_HOSTS)
    assert refused.value.code == code
    assert "evil" not in str(refused.value)  # what a stranger typed stays out of logs


@pytest.mark.parametrize(
    ("endpoint", "taken"),
    [
        ("http://127.0.0.1:9000/x", True),
        ("http://127.0.0.1/x", True),
        ("https://localhost:8443/x", True),
        ("https://127.0.0.1:9000/x", False),
        ("http://localhost:8443/x", False),
        ("https://localhost:9000/x", False),
        ("http://127.0.0.2/x", False),
        ("http://[::1]:9000/x", False),
    ],
)
def test_loopback_only_as_far_as_listed(endpoint: str, *, taken: bool) -> None:
    if taken:
        assert parse(browser_json(endpoint), allowed_hosts=LOOPBACK).endpoint == endpoint
    else:
        with pytest.raises(BadSubscription, match="host"):
            parse(browser_json(endpoint), allowed_hosts=LOOPBACK)


def test_a_plain_host_outside_loopback_cannot_be_listed_at_all() -> None:
    with pytest.raises(BadSubscription, match="host"):
        parse(browser_json("http://push.example/x"), allowed_hosts=("http://push.example",))


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "json"),
        ("[]", "json"),
        ("null", "json"),
        ("{" * 3000, "json"),
        (" " * 5000, "json"),
        ("{}", "p256dh"),
        (browser_json(p256dh=None), "p256dh"),
        (browser_json(p256dh="B" * 86), "p256dh"),
        (browser_json(p256dh="A" * 87), "p256dh"),  # 65 bytes, but not an uncompressed point
        (browser_json(p256dh="B!" * 43), "p256dh"),
        (browser_json(p256dh="か" * 87), "p256dh"),
        (browser_json(auth="AAAA"), "auth"),
        (browser_json(auth=7), "auth"),
        (json.dumps(json.loads(browser_json()) | {"endpoint": None}), "endpoint"),
        (json.dumps(json.loads(browser_json()) | {"keys": "text"}), "p256dh"),
    ],
)
def test_broken_subscriptions(raw: str, code: str) -> None:
    with pytest.raises(BadSubscription) as refused:
        parse(raw, allowed_hosts=KNOWN_PUSH_HOSTS)
    assert refused.value.code == code


def test_a_point_off_the_curve_is_refused_when_it_is_stored() -> None:
    raw = browser_json(p256dh="BA" + "A" * 84 + "E")
    with pytest.raises(BadSubscription, match="p256dh"):
        normalise(raw, allowed_hosts=KNOWN_PUSH_HOSTS)


def test_one_subscription_has_one_stored_form() -> None:
    raw = json.loads(browser_json())
    stored = normalise(json.dumps(raw), allowed_hosts=KNOWN_PUSH_HOSTS)
    keys = raw["keys"]
    plain = {"p256dh": keys["p256dh"].replace("-", "+").replace("_", "/") + "=", "auth": keys["auth"] + "=="}

    assert normalise(json.dumps(raw | {"keys": plain}), allowed_hosts=KNOWN_PUSH_HOSTS) == stored
    assert normalise(stored, allowed_hosts=KNOWN_PUSH_HOSTS) == stored
    assert json.loads(stored) == {"endpoint": FCM, "p256dh": keys["p256dh"], "auth": keys["auth"]}


def test_the_key_of_the_page_is_kept_with_it() -> None:
    stored = normalise(browser_json(), allowed_hosts=KNOWN_PUSH_HOSTS, vapid="BKey")

    assert parse(stored, allowed_hosts=KNOWN_PUSH_HOSTS).vapid == "BKey"
    assert normalise(stored, allowed_hosts=KNOWN_PUSH_HOSTS) == stored


def test_the_push_service_of_an_address() -> None:
    assert origin(normalise(browser_json(), allowed_hosts=KNOWN_PUSH_HOSTS)) == "https://fcm.googleapis.com"
    for wrong in ("", "{}", "[]", '{"endpoint": 1}', '{"endpoint": "x"}'):
        with pytest.raises(BadSubscription):
            origin(wrong)


def test_a_subscription_does_not_show_its_secrets() -> None:
    assert "APA91b" not in repr(parse(browser_json(), allowed_hosts=KNOWN_PUSH_HOSTS))
