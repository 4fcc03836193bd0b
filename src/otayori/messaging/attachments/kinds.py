"""What a file is, by its first bytes and its extension, which must agree. Pure, no Django."""

from dataclasses import dataclass
from typing import Literal

import puremagic

from otayori.messaging.attachments.file_name import extension

Kind = Literal["pdf", "image", "office", "text"]
OFFICE = "application/vnd.openxmlformats-officedocument."
HEAD = 4096  # bytes that are looked at
SURE = 0.8  # from here on puremagic saw more than two letters that a text may begin with as well

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # .doc, .xls, .ppt, and any Office file with a password
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif")


@dataclass(frozen=True, slots=True)
class Type:
    """A kind of file that is taken. `media_type` is what we say when we hand it out, whatever was sent."""

    kind: Kind
    media_type: str
    begins: tuple[bytes, ...] = ()


TYPES = {
    "pdf": Type("pdf", "application/pdf", (b"%PDF-",)),
    "jpg": Type("image", "image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": Type("image", "image/jpeg", (b"\xff\xd8\xff",)),
    "png": Type("image", "image/png", (b"\x89PNG\r\n\x1a\n",)),
    "gif": Type("image", "image/gif", (b"GIF87a", b"GIF89a")),
    "webp": Type("image", "image/webp", (b"RIFF",)),
    "docx": Type("office", f"{OFFICE}wordprocessingml.document", (b"PK\x03\x04",)),
    "xlsx": Type("office", f"{OFFICE}spreadsheetml.sheet", (b"PK\x03\x04",)),
    "pptx": Type("office", f"{OFFICE}presentationml.presentation", (b"PK\x03\x04",)),
    "txt": Type("text", "text/plain"),
    "csv": Type("text", "text/csv"),
}
_MACROS = {"docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppsm"}
_OLD = {"doc", "dot", "xls", "xlt", "ppt", "pps"}
_HEIC = {"heic", "heif", "avif"}


def refused_by_name(name: str) -> str:
    """Return the word of a refusal that the name alone decides, before anything is uploaded; or ""."""
    last = extension(name)
    if last in TYPES:
        return ""
    for words, refusal in ((_HEIC, "heic"), (_MACROS, "macro"), (_OLD, "old office")):
        if last in words:
            return refusal
    return "kind"


def recognise(name: str, data: bytes) -> Type | str:
    """Return what the file is, or the word of a refusal."""
    if refusal := refused_by_name(name):
        return refusal
    wanted, head = TYPES[extension(name)], data[:HEAD]
    if wanted.kind == "text":
        return wanted if not _is_known_binary(head) else "mismatch"
    if head.startswith(wanted.begins) and (wanted.media_type != "image/webp" or head[8:12] == b"WEBP"):
        return wanted  # of a ZIP the content types decide, later: reader/office.py
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "heic"
    if head.startswith(_OLE):
        return "old office"
    # A file that was cut or overwritten at its beginning looks like nothing we know
    return "mismatch" if _is_known_binary(head) else "broken"


def _is_known_binary(head: bytes) -> bool:
    begins = [begin for known in TYPES.values() for begin in known.begins]
    if head.startswith((*begins, _OLE, b"MZ", b"\x7fELF")) or head[4:8] == b"ftyp":
        return True
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return False
    return any(match.confidence >= SURE and not match.mime_type.startswith("text/") for match in matches)
