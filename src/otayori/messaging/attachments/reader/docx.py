"""The words of a Word file: text, tables, text boxes, headers and footers, notes, comments, deleted text."""

from collections.abc import Iterator

from otayori.messaging.attachments import notes
from otayori.messaging.attachments.reader.package import Element, Package, local

_PARTS = (
    ("", r"word/document\d*\.xml"),
    ("", r"word/(header|footer)\d*\.xml"),
    ("", r"word/(footnotes|endnotes)\.xml"),
    ("", r"word/diagrams/data\d+\.xml"),
    (notes.COMMENTS, r"word/comments\.xml"),
)
_PASSED_OVER = {"Fallback", "instrText", "delInstrText", "rPr", "pPr", "tblPr", "sectPr"}


def words(package: Package) -> str:
    """Return all of them, a paragraph a line and a row of a table a line."""
    lines: list[str] = []
    deleted: list[str] = []
    for heading, pattern in _PARTS:
        for name in package.matching(pattern):
            root = package.tree(name)
            found = list(_lines(root))
            if found and heading:
                lines += ["", notes.remark(heading)]
            lines += found
            deleted += ["".join(_text(e) for e in root.iter() if local(e) == "delText")]
    if any(deleted):
        lines += ["", notes.remark(notes.DELETED), *filter(None, deleted)]
    return "\n".join(lines)


def _lines(element: Element) -> Iterator[str]:
    for child in element:
        match local(child):
            case "p":
                if line := _paragraph(child).strip():
                    yield line
                for box in _boxes(child):
                    yield from _lines(box)
            case "tr":
                cells = [" ".join(_lines(cell)) for cell in _cells(child)]
                if any(cells):
                    yield " | ".join(cells)
            case name if name not in _PASSED_OVER:
                yield from _lines(child)


def _cells(row: Element) -> Iterator[Element]:
    for child in row:
        if local(child) == "tc":
            yield child
        elif local(child) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _cells(child)


def _paragraph(element: Element) -> str:
    """Return what stands in the paragraph itself; text boxes that hang on it follow it."""
    pieces = []
    for child in element:
        match local(child):
            case "t":
                pieces.append(_text(child))
            case "tab":
                pieces.append("\t")
            case "br" | "cr":
                pieces.append("\n")
            case "txbxContent":
                pass
            case "rt":  # ruby: the reading, behind the word
                pieces.append(f"（{_paragraph(child)}）")
            case name if name not in _PASSED_OVER:
                pieces.append(_paragraph(child))
    return "".join(pieces)


def _boxes(element: Element) -> Iterator[Element]:
    for child in element:
        if local(child) == "txbxContent":
            yield child
        elif local(child) not in _PASSED_OVER:  # Fallback says the same again for an older Word
            yield from _boxes(child)


def _text(element: Element) -> str:
    return element.text or ""
