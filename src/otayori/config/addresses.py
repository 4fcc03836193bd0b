"""Addresses of the servers an installation talks to, read from URLs of the environment. Pure: no Django.

A sentence raised from here never repeats the URL: it may hold a password.
"""

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

Encryption = Literal["implicit", "required", "optional", "never"]

_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_DATABASE_OPTIONS = frozenset(
    {"host", "port", "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "target_session_attrs"}
)


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """A PostgreSQL database. `host`: a name, an address, a unix socket's folder, or "" for libpq's own."""

    host: str
    port: int | None
    name: str
    user: str
    password: str = field(repr=False)
    options: dict[str, str] = field(default_factory=dict)  # libpq's, such as sslmode

    def as_django(self) -> dict[str, object]:
        """This database as an entry of Django's DATABASES."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "HOST": self.host,
            "PORT": str(self.port or ""),
            "OPTIONS": dict(self.options),
        }


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """A mail relay. `encryption`: TLS from the first byte, STARTTLS demanded, used if offered, or never."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    encryption: Encryption
    verify: bool  # whether the relay's certificate is checked


def read_database(url: str) -> DatabaseAddress:
    """`postgresql://user:pass@host:port/name?sslmode=...`; a socket folder as `@%2Frun%2Fpg` or `?host=`.

    Raises ValueError with a Japanese sentence.
    """
    parts = _split(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError("postgresql:// で始めてください")
    options = _query(parts, allowed=_DATABASE_OPTIONS)
    host = options.pop("host", "") or _host(parts)
    port = _number(options.pop("port", ""), "port") or _port(parts)
    if options.get("sslmode", "prefer") not in _SSL_MODES:
        raise ValueError(f"sslmode は {'、'.join(_SSL_MODES)} のどれかにしてください")
    name = unquote(parts.path.removeprefix("/"))
    if not name or "/" in name:
        raise ValueError("データベースの名前を「/」の後に1つ書いてください")
    user, password = _credentials(parts)
    return DatabaseAddress(host=host, port=port, name=name, user=user, password=password, options=options)


def read_smtp(url: str) -> SmtpAddress:
    """`smtp://[user:pass@]host[:port][?starttls=required|optional|never][&verify=no]`, or `smtps://`.

    `connections` is read where mails are sent; here it is only seen to make sense.
    A relay that asks for a password gets it under TLS only, unless it stands on this machine.
    Raises ValueError with a Japanese sentence.
    """
    parts = _split(url)
    if parts.scheme not in {"smtp", "smtps"}:
        raise ValueError("smtp:// か smtps:// で始めてください")
    host = _host(parts)
    if not host or parts.path not in {"", "/"}:
        raise ValueError("サーバーの名前とポートだけを書いてください")
    user, password = _credentials(parts)
    options = _query(parts, allowed=frozenset({"starttls", "verify", "connections"}))
    encryption = _encryption(parts.scheme, options.get("starttls"), has_password=bool(user))
    if user and encryption in {"optional", "never"} and not is_loopback(host):
        raise ValueError("パスワードを使うときは starttls=required にするか smtps:// にしてください")
    verify = options.get("verify", "yes")
    if verify not in {"yes", "no"}:
        raise ValueError("verify は yes か no にしてください")
    connections = options.get("connections", "1")
    if not connections.isdecimal() or not 1 <= int(connections) <= 500:
        raise ValueError("connections は1から500までの数にしてください")
    port = _port(parts) or (465 if parts.scheme == "smtps" else 25)
    return SmtpAddress(host, port, user, password, encryption=encryption, verify=verify == "yes")


def read_scanner(url: str) -> tuple[str, int] | str | None:
    """`unix:///run/clamav/clamd.ctl`, `tcp://host[:port]` or `none`: where clamd is, as a socket takes it.

    clamd speaks without encryption: an address outside the ward's own network is refused.
    Raises ValueError with a Japanese sentence.
    """
    if url == "none":
        return None
    parts = _split(url)
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("ソケットのパスか、サーバーの名前とポートだけを書いてください")
    if parts.scheme == "unix" and not parts.netloc and parts.path.strip("/"):
        return unquote(parts.path)
    host = _host(parts)
    if parts.scheme != "tcp" or not host or parts.path not in {"", "/"}:
        raise ValueError("unix:///ソケットのパス、tcp://サーバー:ポート、none のどれかにしてください")
    if _is_outside(host):
        raise ValueError("庁内のサーバーにしてください（clamd との通信は暗号化されません）")
    return host, _port(parts) or 3310


def is_loopback(host: str) -> bool:
    """Whether a host name or address stands for this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_outside(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return False  # a name: where it leads is the operator's business


def _encryption(scheme: str, starttls: str | None, *, has_password: bool) -> Encryption:
    if scheme == "smtps":
        if starttls is not None:
            raise ValueError("smtps:// には starttls を付けないでください")
        return "implicit"
    match starttls:
        case None:
            return "required" if has_password else "optional"
        case "required" | "optional" | "never":
            return starttls
        case _:
            raise ValueError("starttls は required、optional、never のどれかにしてください")


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise ValueError("URL の形になっていません") from None


def _host(parts: SplitResult) -> str:
    # Not `parts.hostname`: it lower-cases, and a socket folder may have capital letters.
    netloc = parts.netloc.rpartition("@")[2]
    if netloc.startswith("["):
        return netloc[1:].partition("]")[0]
    return unquote(netloc.partition(":")[0])


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        raise ValueError("ポートは 1 から 65535 までの数字にしてください") from None


def _number(text: str, name: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"{name} は数字にしてください")
    return int(text)


def _credentials(parts: SplitResult) -> tuple[str, str]:
    return unquote(parts.username or ""), unquote(parts.password or "")


def _query(parts: SplitResult, *, allowed: frozenset[str]) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(options.keys() - allowed):
        raise ValueError(f"「{'、'.join(unknown)}」という指定は使えません")
    return options
