"""Every sentence of the screens stands in English, and what guardians see in eight languages more."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from tools import translations

from otayori.core.languages import LANGUAGES

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "otayori"
ENGLISH = SOURCE / "locale" / "en" / "LC_MESSAGES" / "django.po"
BLANK = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]*\}|<[^>]+>")
# what a guardian or clerk finds in Japanese elsewhere and must recognise: column names, menus of carriers
KEPT_IN_JAPANESE = 12
OTHERS = [code for code in LANGUAGES if code not in {"ja", "en"}]
FORMS = {"zh-hans": 1, "ko": 1, "vi": 1, "my": 1, "ne": 2, "tl": 2, "pt": 2, "es": 2}


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="en")


def forms(value: object) -> list[str]:
    return [str(form) for form in value] if isinstance(value, list | tuple) else [str(value)]


def is_begun(code: str) -> bool:
    """Tell what docs/translations.md says of a language."""
    guide = (ROOT / "docs" / "translations.md").read_text()
    row = re.search(rf"^\| `{code}` \|.*$", guide, re.MULTILINE)
    assert row, f"docs/translations.md has no row for {code}"
    return not any(word in row[0] for word in ("not started", "incomplete"))


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


@pytest.mark.parametrize("code", OTHERS)
def test_what_guardians_see_is_translated(code: str) -> None:
    """Whole, with the same blanks and tags, no sentence unsure, none left in Japanese."""
    catalog = translations.read(translations.path_of(code))
    assert catalog.num_plurals == FORMS[code]
    if not is_begun(code):
        pytest.skip(f"{code} is not whole: docs/translations.md")
    wrong = {
        translations.key(message): found
        for message in catalog
        if message.id and (found := translations.problems(message, catalog))
    }
    assert wrong == {}


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
        "--extension",
        "html,txt,py,svg",
        "--no-location",
        "--no-obsolete",
    ]
    subprocess.run(command, cwd=copy, check=True, capture_output=True)
    found = catalogue(copy / "locale" / "en" / "LC_MESSAGES" / "django.po")
    known = {str(message.id) for message in catalogue(ENGLISH)}
    assert {str(message.id) for message in found} - known == set()


@pytest.mark.processes
def test_no_sentence_of_guardians_waits_to_be_collected() -> None:
    wanted = {str(message.id) for message in translations.sentences()}
    for code in OTHERS:
        known = {str(message.id) for message in translations.read(translations.path_of(code)) if message.id}
        assert known == wanted, f"{code}: run `make messages`"


def test_a_translation_that_loses_a_blank_or_a_tag_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(translations.LOCALE, tmp_path / "locale")
    monkeypatch.setattr(translations, "LOCALE", tmp_path / "locale")
    source = "%(at)s に訂正されました"
    for said, word in [
        ("Corrigido em %(em)s", "blanks"),
        ("Corrigido em %(at)s ", "space"),
        ("Corrigido em %(at)s です", "Japanese left"),
    ]:
        assert fill(tmp_path, source, said) == 1
        assert word in capsys.readouterr().out
    assert fill(tmp_path, source, "Corrigido em %(at)s") == 0
    taken = translations.read(translations.path_of("pt")).get(source)
    assert taken is not None
    assert taken.string == "Corrigido em %(at)s"


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def fill(folder: Path, source: str, said: str) -> int:
    file = folder / "one.po"
    file.write_text(f"#, python-format\nmsgid {quoted(source)}\nmsgstr {quoted(said)}\n")
    return translations.fill("pt", [str(file)])
