"""The Web Push channel: RFC 8030 delivery, RFC 8291 encryption, RFC 8292 identification."""

from otayori.delivery.channels.webpush.channel import WebPushChannel
from otayori.delivery.channels.webpush.subscription import (
    KNOWN_PUSH_HOSTS,
    BadSubscription,
    normalise,
    origin,
)
from otayori.delivery.channels.webpush.vapid import Vapid, new_private_key_pem

__all__ = [
    "KNOWN_PUSH_HOSTS",
    "BadSubscription",
    "Vapid",
    "WebPushChannel",
    "new_private_key_pem",
    "normalise",
    "origin",
]
