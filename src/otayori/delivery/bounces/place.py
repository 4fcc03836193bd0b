"""Where bounces wait: a Maildir or an IMAP mailbox, read from a URL of the settings. Pure."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class MaildirPlace:
    """A Maildir on this machine."""

    path: Path


@dataclass(frozen=True, slots=True)
class ImapPlace:
    """A mailbox on an IMAP server. Without `tls` the server stands on this machine."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    tls: bool


Place = MaildirPlace | ImapPlace


def read_place(url: str) -> Place:
    """`maildir:/path`, `imaps://user:password@host[:port][/folder]`, or `imap://` on loopback.

    Raises ValueError with a Japanese sentence that never repeats the URL: it may hold a password.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise ValueError("URL の形になっていません") from None
    if parts.scheme == "maildir":
        return _maildir(parts.netloc, unquote(parts.path))
    if parts.scheme not in {"imap", "imaps"}:
        raise ValueError("maildir: か imaps:// で始めてください")
    if not host or not parts.username or not parts.password:
        raise ValueError("imaps://ユーザー名:パスワード@サーバー/INBOX の形にしてください")
    if parts.query or parts.fragment:
        raise ValueError("「?」と「#」は使えません（パスワードの中では %3F、%23 と書いてください）")
    if parts.scheme == "imap" and not _is_loopback(host):
        raise ValueError("imaps:// にしてください（imap:// はこの機械の中だけで使えます）")
    user, password = unquote(parts.username), unquote(parts.password)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not all(text.isascii() and text.isprintable() for text in (user, password, folder)):
        raise ValueError("ユーザー名、パスワード、フォルダーは半角の英数字と記号にしてください")
    return ImapPlace(
        host=host,
        port=port or (993 if parts.scheme == "imaps" else 143),
        user=user,
        password=password,
        folder=folder,
        tls=parts.scheme == "imaps",
    )


def _maildir(netloc: str, path: str) -> MaildirPlace:
    if netloc or not path.startswith("/"):
        raise ValueError("maildir:/var/mail/otayori-bounces のように、/ で始まる場所を書いてください")
    return MaildirPlace(Path(path))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
