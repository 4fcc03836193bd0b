"""Which mail relay to talk to, and how: read from a URL, checked before anything is sent."""

import ipaddress
import re
import ssl
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from otayori.delivery.channels.email.address import mailbox_bytes
from otayori.delivery.channels.email.errors import SmtpConfigError, UnsendableAddressError
from otayori.delivery.channels.email.resumption import ResumingContext

_MOST_CONNECTIONS = 500
_PORTS = {"smtp": 25, "smtps": 465}
_HELO = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Za-z.:]+\]")


class Tls(StrEnum):
    """When the connection is encrypted. Certificates are verified unless something below says not."""

    IMPLICIT = "implicit"  # smtps://
    REQUIRED = "required"  # STARTTLS or nothing
    OPTIONAL = "optional"  # STARTTLS if the server offers it; on loopback whatever its certificate says
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class SmtpConfig:
    """The relay and how to use it. Times are in seconds."""

    host: str
    port: int
    mail_from: str  # addr-spec; envelope sender and From: address, its domain names the Message-IDs
    helo: str
    tls: Tls = Tls.REQUIRED
    verify: bool = True
    ca_file: Path | None = None
    username: str = ""
    password: str = field(default="", repr=False)
    connections: int = 50  # at most; how many are worth it shows while letters go
    connect_timeout: float = 10.0
    reply_timeout: float = 60.0
    idle_timeout: float = 30.0
    hang_timeout: float = 8.0  # a receiving domain that lets no letter end for so long is left alone
    domain_pause: float = 60.0  # the first time; doubles as long as it goes on throttling

    @classmethod
    def from_url(cls, url: str, *, mail_from: str, helo: str) -> Self:
        """Read `smtp://user:password@host:port?starttls=required|optional|never&verify=no&connections=50`.

        `ca_file=/path` is the PEM file to verify the relay with, `connections` the most there may be.
        `smtps://` is TLS from the first byte. Without `starttls` it is required when there is a password,
        else optional. `verify=no` is for loopback hosts alone. `mail_from` may be `name <addr-spec>`; the
        name is dropped, since mails show the school's. Raises SmtpConfigError.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise SmtpConfigError("The mail relay's URL must look like smtp://host:port or smtps://host:port")
        options = _read_options(parts)
        config = cls(
            host=parts.hostname,
            port=_read_port(parts),
            mail_from=parseaddr(mail_from)[1],
            helo=helo,
            tls=_read_tls(parts, options),
            verify=options.get("verify", "yes") != "no",
            ca_file=Path(options["ca_file"]) if "ca_file" in options else None,
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            connections=_read_connections(options),
        )
        _check(config)
        return config

    def tls_context(self) -> ResumingContext | None:
        """The context for STARTTLS or TLS, or None when the connection stays clear. Reads files."""
        if self.tls is Tls.NEVER:
            return None
        try:
            context = ResumingContext.for_client(self.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise SmtpConfigError("ca_file of the mail relay's URL is not a readable PEM file") from error
        # A relay on this machine often has a certificate that Debian made up; nobody stands in between.
        if not self.verify or (self.tls is Tls.OPTIONAL and is_loopback(self.host)):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def is_loopback(host: str) -> bool:
    """Whether this host can only be the machine itself."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read_options(parts: SplitResult) -> dict[str, str]:
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if unknown := sorted(set(options) - {"starttls", "verify", "ca_file", "connections"}):
        raise SmtpConfigError(f"The mail relay's URL has an unknown option: {', '.join(unknown)}")
    if options.get("verify", "yes") not in {"yes", "no"}:
        raise SmtpConfigError("verify in the mail relay's URL must be yes or no")
    return options


def _read_connections(options: dict[str, str]) -> int:
    number = options.get("connections", "50")
    if not number.isdecimal() or not 1 <= int(number) <= _MOST_CONNECTIONS:
        raise SmtpConfigError(f"connections in the mail relay's URL must be 1 to {_MOST_CONNECTIONS}")
    return int(number)


def _read_port(parts: SplitResult) -> int:
    try:
        return parts.port or _PORTS[parts.scheme]
    except ValueError as error:
        raise SmtpConfigError("The port in the mail relay's URL must be a number up to 65535") from error


def _read_tls(parts: SplitResult, options: dict[str, str]) -> Tls:
    asked = options.get("starttls")
    if parts.scheme == "smtps":
        if asked is not None:
            raise SmtpConfigError("smtps:// is encrypted from the start; starttls belongs to smtp://")
        return Tls.IMPLICIT
    if asked is None:
        return Tls.REQUIRED if parts.username else Tls.OPTIONAL
    if asked not in {Tls.REQUIRED, Tls.OPTIONAL, Tls.NEVER}:
        raise SmtpConfigError("starttls in the mail relay's URL must be required, optional or never")
    return Tls(asked)


def _check(config: SmtpConfig) -> None:
    near = is_loopback(config.host)
    if not config.verify and not near:
        raise SmtpConfigError("verify=no is allowed only for a relay on this machine")
    if config.username and config.tls in {Tls.NEVER, Tls.OPTIONAL} and not near:
        raise SmtpConfigError("The relay's password could travel in clear: use starttls=required or smtps://")
    if not _HELO.fullmatch(config.helo):
        raise SmtpConfigError("The HELO name must be a host name")
    try:
        mailbox_bytes(config.mail_from)
    except UnsendableAddressError as error:
        raise SmtpConfigError(f"The sender's mail address cannot be used: {error}") from error
