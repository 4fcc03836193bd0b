"""Make mails: the text of a batch is rendered once to bytes, and each parcel adds three short lines."""

import base64
import re
from dataclasses import dataclass
from email.utils import format_datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from otayori.core.moments import full_text
from otayori.delivery.channels.email.address import mailbox_bytes
from otayori.delivery.channels.email.dkim import DkimSigner
from otayori.delivery.channels.email.headers import mailbox_header, text_header, url_header
from otayori.delivery.parcel import Content, Kind, Urgency

_TOKYO = ZoneInfo("Asia/Tokyo")
_MARKS = {
    Kind.MESSAGE: "",
    Kind.REMINDER: _("【再送】"),
    Kind.CORRECTION: _("【訂正】"),
    Kind.RECALL: _("【取り消し】"),
}
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_FALLBACK_LANGUAGE = "ja"
_PART = b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n%s\r\n"
_LONGEST_LINE = 998  # octets without CRLF, RFC 5322 2.1.1
_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Stencil:
    """A mail of one batch and language with the recipient left open.

    `rest` is everything after the recipient's own headers as it goes to a server: the dots that begin a
    line are doubled (RFC 5321 4.5.2) and the final one closes it. `rest8` is the same mail a quarter
    shorter, for a server that offers 8BITMIME (RFC 6152); None if it must travel in base64.
    """

    id_prefix: bytes
    id_suffix: bytes
    rest: bytes
    rest8: bytes | None

    def head(self, mailbox: bytes, endpoint_id: UUID) -> bytes:
        """The headers of one recipient. The Message-ID is the same on each try: a repeat can be told."""
        endpoint = str(endpoint_id).encode("ascii")
        return b"To: %s\r\nMessage-ID: <%s%s%s\r\n" % (mailbox, self.id_prefix, endpoint, self.id_suffix)


def cut_stencil(content: Content, *, mail_from: str, signer: DkimSigner | None = None) -> Stencil:
    """Render a content's mail. `mail_from` is the addr-spec in `From:` and names the Message-IDs' domain.

    A signed mail has no `rest8`: a server on its way that must hand it to one without 8BITMIME rewrites
    the text, which breaks the signature (RFC 6376 5.3 asks signers for base64).
    """
    sender = mailbox_bytes(mail_from)
    boundary = b"=_" + content.batch_id.hex.encode("ascii")  # "_" is no letter of base64
    headers = _shared_headers(content, sender, boundary)
    parts = [_octets(text) for text in _render(content)]
    mail = headers + _body(boundary, b"base64", [_base64_lines(part) for part in parts])
    fits = signer is None and _fits_8bit(parts, boundary)
    return Stencil(
        id_prefix=f"{content.batch_id}.".encode("ascii"),
        id_suffix=b"@" + sender.rpartition(b"@")[2] + b">",
        rest=_as_data(signer.sign(mail) + mail if signer else mail),
        rest8=_as_data(headers + _body(boundary, b"8bit", parts)) if fits else None,
    )


def _shared_headers(content: Content, sender: bytes, boundary: bytes) -> bytes:
    headers = [
        mailbox_header("From", content.sender, sender),
        text_header("Subject", _subject(content)),
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


def _subject(content: Content) -> str:
    """The title, marked where the message is told again: seen in the list of mails."""
    with translation.override(_language(content)):
        return f"{_MARKS[content.kind]}{content.mail_title}"


def _render(content: Content) -> tuple[str, str]:
    language = _language(content)
    context: dict[str, object] = {
        "language": language,
        "sender": content.sender,
        "title": content.mail_title,
        "text": content.mail_text,
        "urgency": content.urgency.value,
        "kind": content.kind.value,
        "files": content.files,
        # what files are called may not be said where the words may not (individual messages)
        "names_files": (content.mail_title, content.mail_text) == (content.title, content.text),
        "url": content.url,
        "settings_url": content.settings_url,
    }
    with translation.override(language):
        context["sent_at"] = full_text(content.sent_at)
        context["right_to_left"] = translation.get_language_bidi()
        plain = render_to_string("delivery/email/notice.txt", context)
        html = render_to_string("delivery/email/notice.html", context)
    # Django's `linebreaks` makes a paragraph one line of source, too long for 8bit after some 300 characters.
    return plain, html.replace("<br>", "<br>\n")


def _language(content: Content) -> str:
    return content.language if _LANGUAGE.fullmatch(content.language) else _FALLBACK_LANGUAGE


def _body(boundary: bytes, encoding: bytes, parts: list[bytes]) -> bytes:
    """The empty line after the headers, and the parts (plain, then html), encoded already."""
    plain, html = parts
    entities = (_PART % (b"plain", encoding, plain), _PART % (b"html", encoding, html))
    return b"\r\n%s--%s--\r\n" % (b"".join(b"--%s\r\n%s" % (boundary, e) for e in entities), boundary)


def _octets(text: str) -> bytes:
    """The text in UTF-8 with CRLF at the end of each line, the last included."""
    return "\r\n".join(text.splitlines()).encode("utf-8", "replace") + b"\r\n"


def _base64_lines(octets: bytes) -> bytes:
    """76 columns a line (RFC 2045 6.8), without a last line end."""
    return base64.encodebytes(octets).rstrip(b"\n").replace(b"\n", b"\r\n")


def _fits_8bit(parts: list[bytes], boundary: bytes) -> bool:
    """Whether the parts may travel as they are: RFC 2045 2.8 allows no NUL and no longer line."""
    return not any(
        b"\0" in part or boundary in part or max(map(len, part.split(b"\r\n"))) > _LONGEST_LINE
        for part in parts
    )


def _as_data(mail: bytes) -> bytes:
    """The mail as it follows the DATA command."""
    return _DOT.sub(b"..", mail) + b".\r\n"
