"""What a document links to or shows is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_pictures_are_there(document: Path) -> None:
    links = [link for link in _LINK.findall(document.read_text()) if ":" not in link]
    missing = [link for link in links if not (document.parent / link).exists()]
    assert not missing


def test_every_picture_of_a_screen_is_shown_somewhere() -> None:
    """The pictures weigh more than all the code; half of them are every page of the guardian app, twice."""
    shown = "".join(document.read_text() for document in DOCUMENTS)
    folder = ROOT / "docs" / "screens"
    pictures = {str(picture.relative_to(folder)): picture for picture in sorted(folder.rglob("*.png"))}
    assert [name for name in pictures if f"{name})" not in shown] == []
    assert sum(picture.stat().st_size for picture in pictures.values()) < 6_000_000
