"""Read one file: which reader takes it, and what its failures mean."""

import csv
import io
import re

from otayori.messaging.attachments.limits import MOST_TEXT
from otayori.messaging.attachments.reader import images, office, pdf
from otayori.messaging.attachments.reader.verdict import Unfit, Verdict

_BOM = b"\xef\xbb\xbf"
# Python's cp932 maps bytes that Windows leaves undefined to these instead of failing; and signs no text has
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x80\uf8f0-\uf8f3]")


def read(last: str, data: bytes) -> Verdict:
    """Return the verdict about a file with the extension `last`; what breaks a reader is refused."""
    try:
        match last:
            case "pdf":
                verdict = pdf.read(data)
            case "jpg" | "jpeg" | "png" | "gif" | "webp":
                verdict = images.read(last, data)
            case "docx" | "xlsx" | "pptx":
                verdict = office.read(last, data)
            case _:
                verdict = _read_text(last, data)
    except Unfit as unfit:
        return Verdict(refusal=unfit.refusal)
    except MemoryError:
        return Verdict(refusal="too heavy")
    except Exception:  # whatever a library trips over, the file is at fault
        return Verdict(refusal="broken")
    return verdict


def _read_text(last: str, data: bytes) -> Verdict:
    """A text or a table. It is sent on as UTF-8: a phone opens nothing else, and Excel wants the mark."""
    text = _decode(data).replace("\r\n", "\n").replace("\r", "\n")
    shown = _rows(text) if last == "csv" else text
    return Verdict(text=shown.strip()[:MOST_TEXT], is_readable=True, body=_BOM + text.encode())


def _decode(data: bytes) -> str:
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp932")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _NO_TEXT.search(text):
            return text
    raise Unfit("encoding")


def _rows(text: str) -> str:
    try:
        rows = list(csv.reader(io.StringIO(text)))
    except csv.Error:
        return text
    return "\n".join(" | ".join(cell.strip() for cell in row) for row in rows if any(row))
