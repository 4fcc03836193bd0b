"""Read an Office file (docx, xlsx, pptx): first what its ZIP holds, then its words."""

import io
import posixpath
import re
import zipfile

from otayori.messaging.attachments.limits import (
    MOST_ENTRIES,
    MOST_RATIO,
    MOST_TEXT,
    MOST_UNPACKED,
    MOST_XML,
    RATIO_FROM,
)
from otayori.messaging.attachments.reader import docx, pptx, xlsx
from otayori.messaging.attachments.reader.package import Package
from otayori.messaging.attachments.reader.verdict import Unfit, Verdict

_MAIN = {
    "docx": b"wordprocessingml.document.main+xml",
    "xlsx": b"spreadsheetml.sheet.main+xml",
    "pptx": b"presentationml.presentation.main+xml",
}
_PICTURE = re.compile(r"(word|ppt|xl)/media/.*\.(png|jpe?g|gif|bmp|tiff?|emf|wmf|webp|svg)$", re.IGNORECASE)
_SMALL = 8 * 1024  # bytes; a mark or a line, hardly words
_WORDS = {"docx": docx.words, "xlsx": xlsx.words, "pptx": pptx.words}


def read(last: str, data: bytes) -> Verdict:
    """Return the words. Raises `Unfit`."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError) as error:
        raise Unfit("broken") from error
    entries = archive.infolist()
    _measure(entries)
    package = Package(data, archive)
    _refuse_types(last, package)
    _refuse_parts(package)
    text = _WORDS[last](package)
    pictured = any(_PICTURE.match(entry.filename) and entry.file_size > _SMALL for entry in entries)
    return Verdict(text=text.strip()[:MOST_TEXT], is_readable=not pictured)


def _measure(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse a bomb by what the directory says: the library reads no more of an entry than is said there."""
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise Unfit("too large inside")
    if sum(entry.file_size for entry in entries if _is_xml(entry.filename)) > MOST_XML:
        raise Unfit("too large inside")
    for entry in entries:
        if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise Unfit("too large inside")
        if entry.flag_bits & 0x1:
            raise Unfit("locked")
        if posixpath.isabs(entry.filename) or ".." in entry.filename.split("/"):
            raise Unfit("broken")
    names = [entry.filename.lower() for entry in entries]
    if len(names) != len(set(names)):
        raise Unfit("broken")  # two of a name: what we read and what Office reads may differ


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml"))


def _refuse_types(last: str, package: Package) -> None:
    types = package.read("[Content_Types].xml")
    if re.search(rb"macroEnabled|vbaProject|vbaData|macrosheet|activeX", types, re.IGNORECASE):
        raise Unfit("macro")
    if _MAIN[last] not in types:
        raise Unfit("mismatch")


def _refuse_parts(package: Package) -> None:
    for name in package.names:
        low = name.lower()
        if low.endswith("vbaproject.bin") or "/activex/" in low or "/macrosheets/" in low:
            raise Unfit("macro")
        if "/embeddings/" in low or "oleobject" in low:
            raise Unfit("embedded")
        if low.startswith("xl/externallinks/") or low == "xl/connections.xml":
            raise Unfit("external")
        if low.endswith(".rels") and package.leads_outside(name):
            raise Unfit("external")
