"""The name of an uploaded file, made safe to show, to store and to send on. Pure."""

import re
import unicodedata

from otayori.messaging.attachments.limits import LONGEST_NAME

# What a file system, a header or a reader would take for something else than a letter of a name
_FORBIDDEN = re.compile(r'[<>:"|?*]')
# Signs of formatting that show nothing: they can make "gpj.exe" look like "exe.jpg" (Unicode TR 36)
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def clean(name: str) -> str:
    """Return the last part of the name in NFC, without signs that show nothing, up to LONGEST_NAME long."""
    name = unicodedata.normalize("NFC", name)
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(sign for sign in name if unicodedata.category(sign) not in _INVISIBLE)
    name = _FORBIDDEN.sub("_", re.sub(r"\s+", " ", name)).strip().rstrip(" .")
    if not name or name.startswith("."):
        name = f"file{name}"
    return _shorten(name)


def extension(name: str) -> str:
    """Return the extension in small letters without the dot; "" where there is none."""
    stem, dot, last = name.rpartition(".")
    return last.lower() if dot and stem else ""


def _shorten(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    last = extension(name)
    if not last or len(last) > 10:
        return name[:LONGEST_NAME]
    return f"{name[: LONGEST_NAME - len(last) - 1].rstrip(' .')}.{last}"
