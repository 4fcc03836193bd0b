"""The languages of guardians' pages: how their readers name them, and what browsers call them."""

from dataclasses import dataclass

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language

SOURCE = "ja"
STAFF = ("ja", "en")  # what the pages of staff are written in


@dataclass(frozen=True, slots=True)
class Language:
    """A language: `tag` for browsers (BCP 47), `cldr` for the writing of dates."""

    code: str
    name: str
    tag: str
    cldr: str


# Portuguese is written as in Brazil, where most of its readers in Japan come from.
LANGUAGES = {
    one.code: one
    for one in (
        Language("ja", "日本語", "ja", "ja"),
        Language("en", "English", "en", "en"),
        Language("zh-hans", "简体中文", "zh-Hans", "zh_Hans"),
        Language("ko", "한국어", "ko", "ko"),
        Language("vi", "Tiếng Việt", "vi", "vi"),
        Language("ne", "नेपाली", "ne", "ne"),
        Language("my", "မြန်မာဘာသာ", "my", "my"),
        Language("tl", "Filipino (Tagalog)", "tl", "fil"),
        Language("pt", "Português (Brasil)", "pt-BR", "pt_BR"),
        Language("es", "Español", "es", "es"),
    )
}


def choices() -> list[tuple[str, str]]:
    """Return Django's setting LANGUAGES; tell Django of the one it does not know."""
    tagalog = {"bidi": False, "code": "tl", "name": "Filipino", "name_local": LANGUAGES["tl"].name}
    LANG_INFO.setdefault("tl", tagalog)
    return [(one.code, one.name) for one in LANGUAGES.values()]


def current() -> Language:
    """Return the language that is active now."""
    return LANGUAGES.get(get_language() or SOURCE, LANGUAGES[SOURCE])


def for_staff(code: str) -> str:
    """Return the language in which staff read: English for who chose it, Japanese for everybody else."""
    return code if code in STAFF else SOURCE
