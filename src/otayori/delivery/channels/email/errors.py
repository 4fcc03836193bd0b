"""What can go wrong in this channel, as types."""

from otayori.delivery.channels.email.replies import Judgement


class SmtpConfigError(ValueError):
    """A setting of the mail relay is wrong; the text names which, and never holds the password."""


class UnsendableAddressError(ValueError):
    """No mail server could be given this address. The text never holds the address."""


class LinkError(Exception):
    """No usable connection could be made; every letter that waits for one shares this judgement."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__(judgement.code)
        self.judgement = judgement
