"""The e-mail channel: one mail per parcel, over a few persistent connections to the ward's relay."""

from otayori.delivery.channels.email.channel import EmailChannel
from otayori.delivery.channels.email.config import SmtpConfig
from otayori.delivery.channels.email.errors import SmtpConfigError

__all__ = ["EmailChannel", "SmtpConfig", "SmtpConfigError"]
