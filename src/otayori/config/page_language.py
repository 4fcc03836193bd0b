"""Which language a page is in."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from otayori.core.languages import LANGUAGES, SOURCE, for_staff

# what browsers call languages that we have under another name
_OTHER_NAMES = {"zh": "zh-hans", "fil": "tl"}
_TRADITIONAL = {"zh-hant", "zh-tw", "zh-hk", "zh-mo"}
_STAFF_PATHS = ("/console/", "/styleguide")


class PageLanguage(LocaleMiddleware):
    """Choose the language of a page: as was chosen on this device, else as its browser asks.

    Staff never see a mix: their pages are written whole in Japanese and English, and in nothing else.
    """

    def process_request(self, request: HttpRequest) -> None:
        code = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if code not in LANGUAGES:
            code = asked_for(request.headers.get("Accept-Language", "")) or SOURCE
        code = for_staff(code) if request.path_info.startswith(_STAFF_PATHS) else code
        translation.activate(code)
        request.LANGUAGE_CODE = code


def asked_for(header: str) -> str | None:
    """Return the language that an Accept-Language header wants most among ours.

    Who reads traditional Chinese characters need not read simplified ones, though their browser asks for
    any Chinese in the second place: they get what they ask for next, or English.
    """
    traditional = False
    for tag, _weight in parse_accept_lang_header(header.lower()):
        if tag.startswith(tuple(_TRADITIONAL)):
            traditional = True
            continue
        base = tag.partition("-")[0]
        code = _OTHER_NAMES.get(base, base)
        if code in LANGUAGES and not (traditional and code == "zh-hans"):
            return code
    return "en" if traditional else None
