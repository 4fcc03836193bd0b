"""The sentences of the screens in the languages of guardians; docs/translations.md tells how they are kept.

    python tools/translations.py collect            after a sentence was added or changed (`make messages`)
    python tools/translations.py state              how much of each language is done
    python tools/translations.py missing ne         what is to be translated, to stdout, with the English
    python tools/translations.py fill ne FILE.po    take translations in, if they pass the checks

English has every sentence. The other eight have what guardians can see: SEEN names the files.
"""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import allauth
import django
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[1] / "src" / "otayori"
LOCALE = SOURCE / "locale"
# Django's names of the folders; one form where a language does not tell one from many
PLURALS = {
    "zh_Hans": "nplurals=1; plural=0;",
    "ko": "nplurals=1; plural=0;",
    "vi": "nplurals=1; plural=0;",
    "ne": "nplurals=2; plural=(n != 1);",
    "my": "nplurals=1; plural=0;",
    "tl": "nplurals=2; plural=(n > 1);",
    "pt": "nplurals=2; plural=(n > 1);",
    "es": "nplurals=2; plural=(n != 1);",
}
HEADER = """# {code}: what guardians see. docs/translations.md tells how to correct it.
msgid ""
msgstr ""
"Project-Id-Version: Otayori\\n"
"Language: {code}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""

# pictures (.svg) that describe themselves are templates too
HOW = ("--extension", "html,txt,py,svg", "--add-location", "file")

# Files whose sentences guardians see. What only staff see in them stands in NOT_SEEN.
SEEN = (
    "accounts/*", "config/*", "core/*", "delivery/*", "family/*", "roster/models.py", "roster/joining*",
    "messaging/words.py", "messaging/dates*", "messaging/calendar_feed*", "messaging/reading.py",
    "messaging/models/attachment.py", "messaging/models/message.py",
)  # fmt: skip
NOT_SEEN = (
    "accounts/members.py", "accounts/models.py", "delivery/health.py", "delivery/overview.py",
    "core/templates/otayori/console.html", "core/templates/otayori/components/console_*",
    "core/templates/otayori/components/delivery_progress.html",
    "core/templates/otayori/components/phone_preview.html",
)  # fmt: skip
# Of files that speak to both: these alone are for guardians.
ONLY = {
    "core/signs.py": {
        "届きました", "届いていません", "取り消し済み", "既読", "未読", "有効", "無効", "完了",
        "ご注意", "エラー", "お知らせ：", "完了：", "ご注意：", "エラー：",
        "%(n)s人", "%(n)s件", "ファイル %(n)s個",
    },
    "messaging/models/message.py": {
        "緊急", "重要", "通常", "配布物", "防犯・防災", "事件・事故", "行事", "学校生活", "その他",
    },
    "messaging/models/attachment.py": {"PDF", "画像", "Office文書", "テキスト"},
    "roster/models.py": {"母", "父", "祖父母", "その他"},
}  # fmt: skip

# The libraries' sentences on account pages. Not all languages are spoken there, and Portuguese is Europe's.
ALLAUTH_SEEN = re.compile(
    r"templates/mfa/(?!.*(signup|trust))|mfa/\w+/forms.py|mfa/(adapter|models).py|usersessions/models.py"
    r"|account/(adapter|fields|forms).py|templates/usersessions/"
    r"|templates/account/(password_change|reauthenticate|base_reauth|logout|account_inactive)"
    r"|templates/account/messages/(logged|password_changed)"
    r"|templates/account/email/(base_|password_changed_)"
)
ALLAUTH_HIDDEN = re.compile(
    r"phone|username|email verification|log in|sign ?up|primary|reset|token|verif(y|ied)|email \(|same email|"
    r"email address (is|con)|with this email|email addresses|master key|backup key|started at|ip address|"
    r"webauthn|last seen|^(browser|current|session.*|unspecified)$|invalid login|only one|must be different|"
    r"indicate|totp",
    re.IGNORECASE,
)
DJANGO_SEEN = (
    "This field is required.", "Enter a valid email address.", "Enter a valid value.",
    "Enter a valid date.", "Enter a valid time.", "Enter a whole number.",
    "Select a valid choice. %(value)s is not one of the available choices.",
    "Select a valid choice. That choice is not one of the available choices.",
    "Null characters are not allowed.", "This password is too common.",
    "The password is too similar to the %(verbose_name)s.", "%s KB", "%s MB", "%s GB",
)  # fmt: skip
DJANGO_SEEN_BEGINNINGS = (
    "Your password ", "This password is too short.", "Ensure this value has at most %(limit_value)d char",
    "Ensure this value has at least %(limit_value)d char", "%(size)d byte",
)  # fmt: skip

BLANK = re.compile(r"%\([a-z_]+\)[sd]|%[sd%]|\{[a-z_]*\}|<[^>]+>|https?://\S+")
KANA = re.compile(r"[ぁ-んァ-ヶ]")
# what a guardian must recognise on a Japanese screen or paper
KEPT_IN_JAPANESE = re.compile(r"「[^」]*」|（[^）]*）|\([^)]*\)|『[^』]*』|“[^”]*”|\"[^\"]*\"|日本語")


def header(folder: str) -> str:
    """Return the beginning of a catalogue. No date: two people's changes should not collide."""
    return HEADER.format(code=folder, plurals=PLURALS[folder])


def empty(folder: str) -> Catalog:
    """Return a catalogue of a language without sentences."""
    return read_po(header(folder).encode().splitlines(keepends=True))


def read(path: Path) -> Catalog:
    """Read a catalogue; where there is none yet, an empty one of its language."""
    if not path.exists():
        return empty(path.parents[1].name)
    with path.open("rb") as file, contextlib.redirect_stdout(io.StringIO()):  # libraries' have small faults
        return read_po(file)


def path_of(code: str) -> Path:
    """Return where the catalogue of a language lies: `code` is Django's, zh-hans or zh_Hans."""
    folder = {"zh-hans": "zh_Hans"}.get(code.lower(), code)
    return LOCALE / folder / "LC_MESSAGES" / "django.po"


def write(path: Path, catalog: Catalog) -> None:
    """Write a catalogue in an order that does not change with the code."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(header(path.parents[1].name).encode() + b"\n")
        write_po(file, catalog, width=110, sort_output=True, no_location=True, omit_header=True)


def key(message: Message) -> str:
    """Return what names a sentence: its first form."""
    return forms(message.id)[0]


def forms(value: object) -> list[str]:
    """Return the forms of a sentence: one, or one and many."""
    return [str(form) for form in value] if isinstance(value, list | tuple) else [str(value)]


def is_seen(file: str, sentence: str) -> bool:
    """Tell whether guardians can see a sentence of this file."""
    if file in ONLY:
        return sentence in ONLY[file]
    return any(fnmatch(file, one) for one in SEEN) and not any(fnmatch(file, one) for one in NOT_SEEN)


def sentences() -> Iterator[Message]:
    """Collect what guardians can see: ours from a copy of the code, and the libraries'."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "otayori"
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
        shutil.rmtree(copy / "locale")
        (copy / "locale").mkdir()
        command = [sys.executable, "-m", "django", "makemessages", "--locale", "en", *HOW]
        env = os.environ | {"OTAYORI_PROFILE": "test", "DJANGO_SETTINGS_MODULE": "otayori.config.settings"}
        subprocess.run(command, cwd=copy, check=True, capture_output=True, env=env)
        ours = read(copy / "locale" / "en" / "LC_MESSAGES" / "django.po")
    yield from (m for m in ours if m.id and any(is_seen(file, key(m)) for file, _line in m.locations))
    yield from library_sentences()


def library_sentences() -> Iterator[Message]:
    """Return what Django and django-allauth say to guardians."""
    for message in read(Path(allauth.__file__).parent / "locale/ja/LC_MESSAGES/django.po"):
        where = [file for file, _line in message.locations]
        if message.id and any(map(ALLAUTH_SEEN.match, where)) and not ALLAUTH_HIDDEN.search(key(message)):
            yield message
    for folder in django_folders("en"):
        for message in read(folder):
            if key(message) in DJANGO_SEEN or key(message).startswith(DJANGO_SEEN_BEGINNINGS):
                yield message


def django_folders(code: str) -> list[Path]:
    """Return Django's own catalogues of a language."""
    root = Path(django.__file__).parent
    places = (root / "conf/locale", root / "contrib/auth/locale")
    return [place / code / "LC_MESSAGES" / "django.po" for place in places]


def library_words(folder: str) -> dict[str, Message]:
    """Return what the libraries say in a language themselves, to begin with. Portuguese: Brazil's."""
    code = {"pt": "pt_BR"}.get(folder, folder)
    places = [Path(allauth.__file__).parent / f"locale/{code}/LC_MESSAGES/django.po", *django_folders(code)]
    known: dict[str, Message] = {}
    for place in places:
        if place.exists():
            known |= {key(m): m for m in read(place) if m.id and all(forms(m.string)) and not m.fuzzy}
    return known


def collect(wanted: Iterable[Message]) -> None:
    """Bring the eight catalogues up to date: what is gone goes, what is new waits for its translation."""
    wanted = list(wanted)
    for folder in PLURALS:
        old, given = read(path_of(folder)), library_words(folder)
        new = empty(folder)
        for message in wanted:
            known = old.get(message.id) or given.get(key(message))
            string = known.string if known and len(forms(known.string)) == count(message, new) else ""
            flags = known.flags if known else set()
            new.add(message.id, string, flags=(message.flags | flags) - {"python-brace-format"})
        write(path_of(folder), new)


def count(message: Message, catalog: Catalog) -> int:
    """Return how many forms a sentence has in a language."""
    return catalog.num_plurals if message.pluralizable else 1


def problems(message: Message, catalog: Catalog) -> list[str]:
    """Say what is wrong with a translation: a blank lost, a tag, a form, Japanese left over."""
    said, source = forms(message.string), forms(message.id)
    if not all(said):
        return ["not translated"]
    found = ["fuzzy"] if message.fuzzy else []
    if len(said) != count(message, catalog):
        found.append(f"{count(message, catalog)} forms wanted")
    wanted = sorted(BLANK.findall(source[-1]))
    for form in said:
        if sorted(BLANK.findall(form)) != wanted:
            found.append(f"blanks or tags differ: {wanted}")
        if KANA.search(KEPT_IN_JAPANESE.sub("", form)) and str(catalog.locale_identifier) != "en":
            found.append("Japanese left")
        if edges(form) != edges(source[0]):
            found.append("begins or ends with another space")
    return found


def edges(text: str) -> tuple[str, str]:
    """Return the white space at both ends of a text."""
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def missing(code: str) -> None:
    """Print a .po of what is to be translated, the English beside it."""
    catalog, english = read(path_of(code)), read(path_of("en"))
    out = empty(path_of(code).parents[1].name)
    for message in catalog:
        if message.id and problems(message, catalog):
            known = english.get(message.id)
            beside = [f"en: {form}" for form in forms(known.string)] if known and known.string else []
            out.add(message.id, message.string, flags=message.flags - {"fuzzy"}, auto_comments=beside)
    print(header(path_of(code).parents[1].name), flush=True)
    write_po(sys.stdout.buffer, out, width=110, sort_output=True, omit_header=True)


def fill(code: str, files: Iterable[str]) -> int:
    """Take translations from files. What fails a check is told of and stays out; returns how many did."""
    catalog, refused, taken = read(path_of(code)), 0, 0
    for message in (m for file in files for m in read(Path(file)) if m.id):
        known = catalog.get(message.id)
        if not any(forms(message.string)) or (known is None and code != "en"):
            print(f"{'not known' if known is None else 'empty'}: {key(message)[:60]!r}")
            continue
        if wrong := problems(message, catalog):
            refused += 1
            print(f"refused: {key(message)[:60]!r}: {', '.join(dict.fromkeys(wrong))}")
            continue
        if known is None:
            catalog.add(message.id, message.string, flags=message.flags)
        else:
            known.string = message.string
            known.flags.discard("fuzzy")
        taken += 1
    if code == "en":
        with path_of(code).open("wb") as file:
            write_po(file, catalog, width=76)
    else:
        write(path_of(code), catalog)
    print(f"{code}: {taken} taken, {refused} refused")
    return refused


def state() -> None:
    """Print how many sentences each language has, and how many of them pass the checks."""
    for folder in PLURALS:
        catalog = read(path_of(folder))
        left = sum(bool(problems(message, catalog)) for message in catalog if message.id)
        print(f"{folder:8} {len(catalog):4} sentences, {left:4} left")


def main(arguments: list[str]) -> int:
    """Run one of the commands above."""
    match arguments:
        case ["collect"]:
            collect(sentences())
            state()
        case ["state"]:
            state()
        case ["missing", code]:
            missing(code)
        case ["fill", code, *files] if files:
            return int(bool(fill(code, files)))
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
