"""Find what does something when a PDF is opened: scripts, starting programs, files within. Pure.

The library that renders counts the scripts and files that a document lists; it does not tell of those that
hang on a page, a field or the opening itself. So the names are looked for in all that is not a stream, and
in the streams that hold objects (ObjStm), unpacked.
"""

import re
import zlib

from otayori.messaging.attachments.reader.verdict import Unfit

MOST_OBJECTS = 64 * 1024 * 1024  # bytes of unpacked object streams

_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_ESCAPED = re.compile(rb"#([0-9a-fA-F]{2})")
_ACTIVE = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|GoToE|ImportData)(?![A-Za-z0-9_.\-])"
)
_BEFORE = 600  # bytes before a stream, in which its dictionary says what it is


def refuse(data: bytes) -> None:
    """Raise `Unfit` if it names anything of that kind."""
    room = MOST_OBJECTS
    for found in _STREAM.finditer(data):
        head = data[max(0, found.start() - _BEFORE) : found.start()]
        if b"ObjStm" in _plain(head[head.rfind(b"endobj") + 1 :]):
            objects = _unpacked(found[1], room)
            room -= len(objects)
            if room <= 0:
                raise Unfit("too heavy")
            _look(objects)
    _look(_STREAM.sub(b" ", data))


def _look(objects: bytes) -> None:
    if _ACTIVE.search(_plain(objects)):
        raise Unfit("active")


def _plain(objects: bytes) -> bytes:
    """Undo #4a in names, which would hide them."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), objects)


def _unpacked(stream: bytes, room: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream, room)
    except zlib.error:
        return stream  # not packed, or by a way that no school's software uses for objects
