"""The parts of an Office file: XML that names no entities, read one by one."""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from otayori.messaging.attachments.reader.verdict import Unfit

Element = ElementTree.Element

_ENTITIES = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_OWN_DISK = re.compile(r"(file:/{0,3})?[A-Za-z]:[\\/]|[^:/\\]*$")  # a template's path, not another server's


class Package:
    """An opened Office file that has been measured."""

    def __init__(self, data: bytes, archive: zipfile.ZipFile) -> None:
        self._data, self._archive = data, archive
        self.names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]

    def whole(self) -> io.BytesIO:
        """Return the file for a library that opens it itself."""
        return io.BytesIO(self._data)

    def read(self, name: str) -> bytes:
        """Return a part. Raises `Unfit` if it is missing or damaged."""
        try:
            return self._archive.read(name)
        except (KeyError, zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
            raise Unfit("broken") from error

    def tree(self, name: str) -> Element:
        """Return a part that is XML. Raises `Unfit`, also if it has a DOCTYPE, which no Office writes."""
        data = self.read(name)
        if _ENTITIES.search(data.replace(b"\0", b"")):  # UTF-16 as well
            raise Unfit("broken")
        try:
            return ElementTree.fromstring(data)  # noqa: S314 - without a DOCTYPE there is nothing to expand
        except (ElementTree.ParseError, ValueError, LookupError) as error:
            raise Unfit("broken") from error

    def matching(self, pattern: str) -> list[str]:
        """Return the names of parts that match, 2 before 10."""
        found = [name for name in self.names if re.fullmatch(pattern, name)]
        return sorted(
            found, key=lambda name: [int(d) if d.isdecimal() else d for d in re.split(r"(\d+)", name)]
        )

    def relations(self, name: str) -> Iterator[tuple[str, str, str, bool]]:
        """Give id, kind (the last word of its type), target, and whether it leads out of the file."""
        for relation in self.tree(name):
            kind = relation.get("Type", "").rpartition("/")[2]
            outside = relation.get("TargetMode", "").lower() == "external"
            yield relation.get("Id", ""), kind, relation.get("Target", ""), outside

    def leads_outside(self, name: str) -> bool:
        """Tell whether a part fetches something from elsewhere; a link that one follows oneself does not."""
        return any(
            outside and kind != "hyperlink" and not (kind == "attachedTemplate" and _OWN_DISK.match(target))
            for _, kind, target, outside in self.relations(name)
        )


def local(element: Element) -> str:
    """Return an element's name without its namespace: the strict and the usual form differ in that alone."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: Element, name: str) -> str | None:
    """Return an attribute, whatever its namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return None


def is_on(value: str | None) -> bool:
    """Tell whether a switch of Office is on."""
    return value is not None and value.lower() in ("1", "true", "on")
