"""The ward's mail relay in the stories: the scriptable SMTP server, made slow, and what it has received."""

import socket
import time
from collections import Counter

from tests.delivery.smtp_server import Rule, SmtpServer


class Slow(Rule):
    """The relay takes `seconds` over every mail, one after the other, whatever the number of connections."""

    def __init__(self, seconds: float) -> None:
        super().__init__(at="END", answer="")
        self.seconds = seconds

    def applies(self, at: str, to: str) -> bool:
        if at == self.at:
            time.sleep(self.seconds)  # in the server's own thread: that is the point
        return False


def slow_relay(seconds: float) -> SmtpServer:
    """A relay that has accepted every mail after `seconds`; `rules.clear()` makes it fast again."""
    server = SmtpServer()
    server.rules.append(Slow(seconds))
    return server


def free_port() -> int:
    """A loopback port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def copies(server: SmtpServer) -> Counter[str]:
    """How many mails each address has received."""
    return Counter(mail.recipient for mail in server.received)


def message_ids(server: SmtpServer, address: str) -> set[str]:
    """The Message-IDs of what the address has received."""
    return {str(mail.message["Message-ID"]) for mail in server.mails_to(address)}


def addresses(count: int, *, prefix: str = "g") -> set[str]:
    """The addresses of `tests.delivery.ledger.guardians(count)`."""
    return {f"{prefix}{n}@mail.example" for n in range(count)}
