"""Endpoints, the ledger of what is sent to them, and who watches over it."""

from otayori.delivery.models.endpoint import ArmedPush, ChannelName, Endpoint, Preference
from otayori.delivery.models.ledger import Batch, BatchContent, Bounce, Delivery, Slice
from otayori.delivery.models.watch import ChannelHealth, Worker

__all__ = [
    "ArmedPush",
    "Batch",
    "BatchContent",
    "Bounce",
    "ChannelHealth",
    "ChannelName",
    "Delivery",
    "Endpoint",
    "Preference",
    "Slice",
    "Worker",
]
