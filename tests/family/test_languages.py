"""Guardians' pages in ten languages: what stands around the school's own words is in the guardian's."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tools import translations

from otayori.core.languages import LANGUAGES
from otayori.delivery.channels.email.message import cut_stencil
from otayori.delivery.parcel import Kind, Urgency
from otayori.messaging import words
from otayori.messaging.models import Message
from tests.addresses import addresses
from tests.cast import Cast
from tests.delivery.test_email_message import RAIN
from tests.family.paper import attach, correct, hand_out, recall, scan, send
from tests.shape.test_translations import is_begun

pytestmark = pytest.mark.django_db

KANA = re.compile(r"[ぁ-んァ-ヶ]+")
# whom and what the school calls so
NAMES = re.compile(r"キム|ハル|ジュン|ソヨン|みどり区")
# the word on the sheet or in a menu of phone, carrier or browser (Safariで開く), in brackets or quotes
TO_BE_FOUND = re.compile(r"[（(「“‘«][一-龠ぁ-んァ-ヶー・A-Za-z ]+[）)」”’»]")
ACCOUNT = (
    "account_login", "account_reset_password", "account_change_password", "account_reauthenticate",
    "account_logout", "account_inactive", "mfa_index", "mfa_activate_totp", "mfa_list_webauthn",
    "mfa_add_webauthn", "mfa_reauthenticate", "usersessions_list",
)  # fmt: skip
NO_PAGES = {"family:worker", "family:manifest", "family:token"}


@pytest.fixture
def letters(cast: Cast) -> list[Message]:
    """What came to Kim: of each kind one, written without kana."""
    plain = {"title": "運動会延期", "text": "運動会延期。"}
    usual = send(cast.sakura, cast.sato, cast.haru, **plain)
    attach(usual, "annai.pdf", text="")
    alarm = send(cast.sakura, cast.suzuki, cast.haru, urgency="emergency", **plain)
    better = send(cast.kashiwa, cast.kobayashi, cast.jun, urgency="important", **plain)
    correct(better, cast.kobayashi, note="日時訂正", text="運動会実施。")
    gone = recall(send(cast.sakura, cast.sato, cast.haru, **plain), cast.sato, "誤送信")
    return [usual, alarm, better, gone]


def walk(cast: Cast, letters: list[Message], code: str) -> Iterator[tuple[str, str]]:
    """Open every page of guardians in a language; yield address and page."""
    _sheet, secrets = hand_out(cast.rin)
    client, stranger = Client(), Client()
    for one in (client, stranger):
        one.cookies["otayori_language"] = code
    client.force_login(cast.kim.user)
    file = letters[0].attachments.get()
    way = cast.kim.endpoints.get()
    places = [f"/m/{one.id}" for one in letters]
    places += [reverse("family:file", args=[letters[0].id, file.id])]
    places += [reverse("family:remove_endpoint", args=[way.id]), "/nowhere"]
    places += [reverse(name) for name in plain_names()]
    for address in places:
        yield address, html(client.get(address, follow=True))
    for address in (*map(reverse, ACCOUNT[:2]), "/join", "/offline", "/nowhere"):
        yield f"stranger {address}", html(stranger.get(address, follow=True))
    wrong = {"login": "x@mail.example", "password": "wrong wrong wrong"}
    yield "wrong password", html(stranger.post("/accounts/login/", wrong))
    yield "nothing typed", html(stranger.post("/accounts/login/", {}))
    yield "no address", html(stranger.post("/accounts/password/reset/", {"email": "x"}))
    short = {"oldpassword": "x", "password1": "short", "password2": "other"}
    yield "short", html(client.post("/accounts/password/change/", short))
    yield "no mail", html(client.post(reverse("family:add_email"), {"email": "x"}))
    yield "sheet", html(stranger.get(f"/join/{secrets.token}", follow=True))
    yield "wrong sheet", html(scan(stranger, secrets, "000000"))
    yield "right sheet", html(scan(stranger, secrets))
    yield "child", html(stranger.post("/join/child", follow=True))
    yield "notice", html(stranger.post("/join/notice", follow=True))
    yield "account", html(stranger.post("/join/account", {"email": "x"}, follow=True))


def plain_names() -> Iterator[str]:
    """Name every page of the app that needs no more than its address, and those of the account."""
    yield from ({f"family:{name}" for name, _address in addresses("family", {})} - NO_PAGES)
    yield from ACCOUNT


def html(answer: Any) -> str:
    assert answer.status_code < 500
    text = answer.content.decode() if "html" in answer.headers.get("Content-Type", "") else ""
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def mails(message: Message, code: str) -> Iterator[str]:
    """Yield what is sent about a message in a language, in each way of telling it."""
    for kind in Kind:
        text = next(text for text in words.texts(message, kind) if text.language == code)
        yield f"{text.title} {text.text} {text.mail_title} {text.mail_text}"
        urgency = Urgency.EMERGENCY if kind is Kind.MESSAGE else Urgency.IMPORTANT
        files = [{"id": "1", "name": "annai.pdf", "kind": "pdf", "size": 1}]
        mail = replace(
            RAIN, language=code, kind=kind, urgency=urgency, title="運動", mail_title="運動", text="延期"
        )
        mail = replace(mail, sender="桜小学校", mail_title="運動", mail_text="延期", files=files)
        stencil = cut_stencil(mail, mail_from="otayori@ward.example")
        yield (stencil.rest8 or b"").decode()


def test_no_page_of_guardians_asks_for_a_sentence_that_translators_do_not_get(
    cast: Cast, letters: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    """tools/translations.py tells by file what guardians see; here it is held to what their pages say."""
    asked: set[str] = set()
    trans: Any = translation._trans  # type: ignore[attr-defined]
    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        monkeypatch.setattr(trans, name, listening(getattr(trans, name), asked, "pg" in name))
    for _address, _page in walk(cast, letters, "ja"):
        pass
    for _mail in mails(letters[3], "ja"):
        pass
    known = {translations.key(m) for m in translations.read(translations.path_of("ko")) if m.id}
    days = {*calendar.day_abbr, *(month.lower() for month in calendar.month_abbr)}  # of Japanese and English
    assert {text for text in asked - known - days if text.strip(" :")} == set()


def listening(real: Any, asked: set[str], has_context: bool) -> Any:
    def translate(*args: Any) -> str:
        asked.add(str(args[1 if has_context else 0]).replace("\r\n", "\n"))
        return str(real(*args))

    return translate


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "ja"])
def test_nothing_around_the_schools_words_is_left_in_japanese(
    cast: Cast, letters: list[Message], code: str
) -> None:
    if code != "en" and not is_begun(code):
        pytest.skip(f"{code} is not whole: docs/translations.md")
    left: dict[str, list[str]] = {}
    for address, page in walk(cast, letters, code):
        assert not page or f'<html lang="{LANGUAGES[code].tag}"' in page, address
        left[address] = KANA.findall(TO_BE_FOUND.sub("", NAMES.sub("", page)))
    left["mail"] = [found for mail in mails(letters[3], code) for found in KANA.findall(mail)]
    assert {address: found for address, found in left.items() if found} == {}
