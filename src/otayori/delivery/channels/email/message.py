"""Make mails: the text of a batch is rendered once to bytes, and each parcel adds three short lines."""

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import translation

from otayori.delivery.channels.email.address import mailbox_bytes
from otayori.delivery.channels.email.headers import mailbox_header, text_header, url_header
from otayori.delivery.parcel import Content, Urgency

_TOKYO = ZoneInfo("Asia/Tokyo")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_FALLBACK_LANGUAGE = "ja"
# RFC 2045 6.8: base64 passes every relay as it is. 8bit would be a quarter shorter, but a relay without
# 8BITMIME has to rewrite it, which breaks the DKIM signature.
_PART = b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n"


@dataclass(frozen=True, slots=True)
class Stencil:
    """A mail of one batch and language with the recipient left open.

    `rest` is everything after the recipient's own headers, closed by the final dot; no line of it begins
    with another dot, so it goes to the server as it is.
    """

    id_prefix: bytes
    id_suffix: bytes
    rest: bytes

    def head(self, mailbox: bytes, endpoint_id: UUID) -> bytes:
        """The headers of one recipient. The Message-ID is the same on each try: a repeat can be told."""
        endpoint = str(endpoint_id).encode("ascii")
        return b"To: %s\r\nMessage-ID: <%s%s%s\r\n" % (mailbox, self.id_prefix, endpoint, self.id_suffix)


def cut_stencil(content: Content, *, mail_from: str) -> Stencil:
    """Render a content's mail. `mail_from` is the addr-spec in `From:` and names the Message-IDs' domain."""
    sender = mailbox_bytes(mail_from)
    boundary = b"=_" + content.batch_id.hex.encode("ascii")  # "_" is no letter of base64
    text, html = _render(content)
    parts = [_PART % (b"plain", _base64_lines(text)), _PART % (b"html", _base64_lines(html))]
    body = b"".join(b"--%s\r\n%s" % (boundary, part) for part in parts)
    return Stencil(
        id_prefix=f"{content.batch_id}.".encode("ascii"),
        id_suffix=b"@" + sender.rpartition(b"@")[2] + b">",
        rest=b"%s\r\n%s--%s--\r\n.\r\n" % (_shared_headers(content, sender, boundary), body, boundary),
    )


def _shared_headers(content: Content, sender: bytes, boundary: bytes) -> bytes:
    headers = [
        mailbox_header("From", content.sender, sender),
        text_header("Subject", content.mail_title),
        text_header("Date", format_datetime(content.sent_at.astimezone(_TOKYO))),
        b"Auto-Submitted: auto-generated\r\n",  # RFC 3834: no absence notes in return
        # Not one-click (RFC 8058): an emergency notice must not vanish by a tap in the mail program.
        url_header("List-Unsubscribe", content.settings_url),
        b"Content-Language: %s\r\n" % _language(content).encode("ascii"),
        b"X-Otayori-Urgency: %s\r\n" % content.urgency.value.encode("ascii"),
    ]
    if content.urgency is Urgency.EMERGENCY:
        headers.append(b"Importance: high\r\nX-Priority: 1\r\n")
    headers.append(b"MIME-Version: 1.0\r\n")
    headers.append(b'Content-Type: multipart/alternative; boundary="%s"\r\n' % boundary)
    return b"".join(headers)


def _render(content: Content) -> tuple[str, str]:
    language = _language(content)
    context: dict[str, object] = {
        "language": language,
        "sender": content.sender,
        "title": content.mail_title,
        "text": content.mail_text,
        "urgency": content.urgency.value,
        "sent_at": _local_time(content.sent_at),
        "url": content.url,
        "settings_url": content.settings_url,
    }
    with translation.override(language):
        context["right_to_left"] = translation.get_language_bidi()
        return (
            render_to_string("delivery/email/notice.txt", context),
            render_to_string("delivery/email/notice.html", context),
        )


def _language(content: Content) -> str:
    return content.language if _LANGUAGE.fullmatch(content.language) else _FALLBACK_LANGUAGE


def _local_time(moment: datetime) -> datetime:
    # Naive on purpose: templates leave naive times alone, and a mail tells the ward's time always.
    return moment.astimezone(_TOKYO).replace(tzinfo=None)


def _base64_lines(text: str) -> bytes:
    """The text with CRLF line ends in base64, 76 columns a line (RFC 2045 6.8), without a last line end."""
    octets = "\r\n".join(text.splitlines()).encode("utf-8", "replace") + b"\r\n"
    return base64.encodebytes(octets).rstrip(b"\n").replace(b"\n", b"\r\n")
