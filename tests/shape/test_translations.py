"""Every sentence of the screens stands in English too, with the same blanks to fill."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

SOURCE = Path(__file__).parents[2] / "src" / "otayori"
ENGLISH = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
BLANK = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]*\}|<[^>]+>")
# what a guardian or clerk finds in Japanese elsewhere and must recognise: column names, menus of carriers
KEPT_IN_JAPANESE = 12


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="en")


def forms(value: object) -> list[str]:
    return [str(form) for form in value] if isinstance(value, list | tuple) else [str(value)]


def test_english_is_complete_and_fills_the_same_blanks() -> None:
    for message in catalogue(ENGLISH):
        if message.id:
            assert "fuzzy" not in message.flags, message.id
            wanted = {*BLANK.findall(forms(message.id)[0])}
            for form in forms(message.string):
                assert form, message.id
                assert set(BLANK.findall(form)) == wanted, message.id


def test_english_is_english() -> None:
    japanese = [
        m.id for m in catalogue(ENGLISH) if m.id and re.search(r"[ぁ-んァ-ヶ一-龠]", "".join(forms(m.string)))
    ]
    assert len(japanese) <= KEPT_IN_JAPANESE, japanese


@pytest.mark.processes
def test_no_sentence_is_missing_from_the_catalogue(tmp_path: Path) -> None:
    """Collect the sentences as `make messages` does, into a copy, and compare."""
    copy = shutil.copytree(SOURCE, tmp_path / "otayori", ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    command = [
        sys.executable,
        "-m",
        "django",
        "makemessages",
        "--locale",
        "en",
        "--no-location",
        "--no-obsolete",
    ]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    found = catalogue(copy / "locale" / "en" / "LC_MESSAGES" / "django.po")
    known = {str(message.id) for message in catalogue(ENGLISH)}
    assert {str(message.id) for message in found} - known == set()
