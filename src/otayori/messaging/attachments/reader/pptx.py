"""The words of a PowerPoint file: slides in their order, tables, what hides, speaker's notes, comments."""

import posixpath
from collections.abc import Iterator

from otayori.messaging.attachments import notes
from otayori.messaging.attachments.reader.package import Element, Package, attribute, local

_PRESENTATION = "ppt/presentation.xml"


def words(package: Package) -> str:
    """Return all of them, slide by slide."""
    lines: list[str] = []
    for number, name in enumerate(_slides(package), start=1):
        slide = package.tree(name)
        hidden = attribute(slide, "show") in ("0", "false")
        lines += ["", notes.remark(notes.HIDDEN_SLIDE, str(number))] if hidden else [""]
        lines += _lines(slide)
        for kind, part in _beside(package, name):
            said = list(_lines(package.tree(part)))
            # PowerPoint gives every slide a page of notes; the slide's own number alone says nothing
            if [line for line in said if line != str(number)]:
                lines += [*([notes.remark(kind)] if kind else []), *said]
    return "\n".join(lines)


def _slides(package: Package) -> list[str]:
    """Return the slides' parts in the order of the show, then those that no show names."""
    relations = package.relations("ppt/_rels/presentation.xml.rels")
    by_id = {
        key: posixpath.normpath(posixpath.join("ppt", target.lstrip("/"))) for key, _, target, _ in relations
    }
    shown = [
        by_id.get(_relation_id(element), "")
        for element in package.tree(_PRESENTATION).iter()
        if local(element) == "sldId"
    ]
    every = package.matching(r"ppt/slides/slide\d+\.xml")
    return [name for name in shown if name in every] + [name for name in every if name not in shown]


def _relation_id(element: Element) -> str:
    for key, value in element.attrib.items():
        if key.endswith("}id"):
            return value
    return ""


def _beside(package: Package, slide: str) -> Iterator[tuple[str, str]]:
    """Give the notes and comments that belong to a slide."""
    folder, _, name = slide.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in package.names:
        return
    for _, kind, target, outside in package.relations(relations):
        part = posixpath.normpath(posixpath.join(folder, target))
        if outside or part not in package.names:
            continue
        if kind == "notesSlide":
            yield notes.SPEAKER_NOTES, part
        elif kind == "diagramData":
            yield "", part
        elif kind == "comments":
            yield notes.COMMENTS, part


def _lines(element: Element) -> Iterator[str]:
    for child in element:
        match local(child):
            case "p":
                if line := "".join(_pieces(child)).strip():
                    yield line
            case "tr":
                yield " | ".join(" ".join(_lines(cell)) for cell in child if local(cell) == "tc")
            case "text":  # of a comment
                yield child.text or ""
            case name if name != "Fallback":
                yield from _lines(child)


def _pieces(element: Element) -> Iterator[str]:
    for child in element:
        match local(child):
            case "t":
                yield child.text or ""
            case "br":
                yield "\n"
            case "r" | "fld":
                yield from _pieces(child)
