"""Bytes of an uploaded roster file to text: strictly, so that no name is ever read as another one."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from typing import BinaryIO

from otayori.roster.imports.codes import Code
from otayori.roster.imports.errors import Problem, RosterFileError

# 17,000 students of a ward with all columns are about 2 MB.
MAX_MEGABYTES = 10
MAX_BYTES = MAX_MEGABYTES * 1024 * 1024

# Python's cp932 maps bytes that Windows leaves undefined (80, A0, FD, FE, FF) to these instead of failing.
_UNDEFINED_IN_CP932 = re.compile("[\x80\uf8f0-\uf8f3]")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # .xls, and .xlsx with a password
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded file; `encoding` is one of utf-8, utf-8-sig, utf-16, cp932."""

    content: str
    encoding: str


def load(source: BinaryIO) -> bytes:
    """Read a file of at most MAX_BYTES; a larger one is refused after MAX_BYTES + 1 bytes, not loaded."""
    data = bytearray()
    while chunk := source.read(MAX_BYTES + 1 - len(data)):  # pipes and sockets hand over less than asked
        data += chunk
        if len(data) > MAX_BYTES:
            raise RosterFileError(Problem(Code.TOO_BIG, params={"limit": MAX_MEGABYTES}))
    return bytes(data)


def decode(data: bytes) -> Text:
    """Return the text of a CSV or TSV file. Raises RosterFileError for everything that is no such text."""
    _refuse_other_formats(data)
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        text = _decode_utf16(data)
    elif b"\0" in data:
        raise _at(data, data.index(b"\0"), Code.NUL)
    else:
        text = _decode_bytewise(data)
    if (nul := text.content.find("\0")) >= 0:
        raise RosterFileError(Problem(Code.NUL, _lines(text.content[:nul])))
    return text


def _refuse_other_formats(data: bytes) -> None:
    head = data.removeprefix(BOM_UTF8)[:1024]
    start = head.lstrip().lower()
    if not start:
        raise RosterFileError(Problem(Code.EMPTY))
    if b"%PDF-" in head:
        raise RosterFileError(Problem(Code.PDF))
    if head.startswith(_OLE) or (head.startswith(_ZIP) and b"xl/workbook" in data):
        raise RosterFileError(Problem(Code.EXCEL))
    if head.startswith((_ZIP, b"PK\x05\x06")):
        raise RosterFileError(Problem(Code.ZIP))
    if start.startswith((b"<?xml", b"<!doctype", b"<html", b"<table")):  # exporters name these .xls or .csv
        raise RosterFileError(Problem(Code.MARKUP))


def _decode_utf16(data: bytes) -> Text:
    """Excel's "Unicode text" is UTF-16 with a mark and tabs."""
    try:
        return Text(data.decode("utf-16"), "utf-16")
    except UnicodeDecodeError as error:
        readable = data[: error.start].decode("utf-16", "ignore")
        raise RosterFileError(Problem(Code.BROKEN_UTF16, _lines(readable))) from None


def _decode_bytewise(data: bytes) -> Text:
    if b"\x1b$" in data:
        raise _at(data, data.index(b"\x1b$"), Code.ISO_2022_JP)
    try:
        # A mark inside comes from files joined by `copy`; it would stick to a cell unseen.
        content = data.decode("utf-8").replace("\ufeff", "")
    except UnicodeDecodeError as error:
        # Half of all broken UTF-8 is also valid CP932 and would turn into other characters.
        if data.startswith(BOM_UTF8) or _is_mostly_utf8(data):
            raise _at(data, error.start, Code.BROKEN_UTF8) from None
        return _decode_cp932(data)
    return Text(content, "utf-8-sig" if data.startswith(BOM_UTF8) else "utf-8")


def _is_mostly_utf8(data: bytes) -> bool:
    """Compare broken sequences with whole ones of three bytes, which CP932 makes by chance hardly ever."""
    replaced = data.decode("utf-8", "replace")
    broken = replaced.count("\ufffd")
    whole = sum(1 for character in replaced if character > "\u07ff") - broken
    return whole > broken


def _decode_cp932(data: bytes) -> Text:
    # EUC-JP never uses the bytes 80-9F that begin every kana and common kanji of CP932, but CP932 accepts
    # most EUC-JP as half-width kana: so what reads as EUC-JP is EUC-JP.
    try:
        data.decode("euc_jp")
    except UnicodeDecodeError:
        pass
    else:
        raise RosterFileError(Problem(Code.EUC_JP))
    try:
        content = data.decode("cp932")
    except UnicodeDecodeError as error:
        raise _at(data, error.start, Code.UNKNOWN_ENCODING) from None
    if undefined := _UNDEFINED_IN_CP932.search(content):
        line = _lines(content[: undefined.start()])
        raise RosterFileError(Problem(Code.UNKNOWN_ENCODING, line))
    return Text(content, "cp932")


def _at(data: bytes, position: int, code: Code) -> RosterFileError:
    # Neither UTF-8 nor CP932 has CR or LF inside a character.
    return RosterFileError(Problem(code, _lines(data[:position].decode("latin-1"))))


def _lines(before: str) -> int:
    """The physical line, from 1, on which the text after `before` stands."""
    return before.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
