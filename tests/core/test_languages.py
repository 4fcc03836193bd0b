"""Which language a page is in, and how days are written in each."""

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import get_language_info

from otayori.config.page_language import asked_for
from otayori.core.languages import LANGUAGES
from otayori.core.moments import day_text, month_text
from tests.cast import Cast

WEDNESDAY = date(2031, 11, 26)  # another year than the tests': the year is written


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("fil-PH,fil;q=0.9", "tl"),
        ("zh-CN,zh;q=0.9", "zh-hans"),
        ("zh-SG", "zh-hans"),
        ("zh-Hans-CN", "zh-hans"),
        ("zh-TW,zh;q=0.9,en-US;q=0.8", "en"),
        ("zh-TW,zh;q=0.9,ja;q=0.8", "ja"),
        ("zh-Hant-HK,zh;q=0.9", "en"),
        ("es-419", "es"),
        ("ar,fr;q=0.5", None),
        ("de,vi;q=0.3", "vi"),
        ("", None),
        ("*", None),
    ],
)
def test_a_browser_is_answered_in_what_its_owner_reads(header: str, code: str | None) -> None:
    assert asked_for(header) == code


def test_django_knows_all_ten_by_their_own_names() -> None:
    assert [code for code, _name in settings.LANGUAGES] == list(LANGUAGES)
    assert get_language_info("tl")["name_local"] == "Filipino (Tagalog)"


@pytest.mark.parametrize(
    ("code", "day", "month"),
    [
        ("ja", "2031年11月26日(水)", "2031年11月"),
        ("en", "Wed 26 Nov 2031", "November 2031"),
        ("zh-hans", "2031年11月26日 周三", "2031年11月"),
        ("ko", "2031년 11월 26일 (수)", "2031년 11월"),
        ("vi", "Th 4, 26 tháng 11, 2031", "Tháng 11, 2031"),
        ("ne", "26 नोभेम्बर 2031, बुध", "नोभेम्बर 2031"),
        ("my", "2031 နိုဝင်ဘာ 26, ဗုဒ္ဓဟူး", "2031 နိုဝင်ဘာ"),
        ("tl", "Miy, Nob 26, 2031", "Nobyembre 2031"),
        ("pt", "qua., 26 de nov. de 2031", "novembro de 2031"),
        ("es", "mié, 26 de nov de 2031", "noviembre de 2031"),
    ],
)
def test_days_are_written_as_their_readers_write_them(code: str, day: str, month: str) -> None:
    with translation.override(code):
        assert (day_text(WEDNESDAY), month_text(WEDNESDAY.replace(day=1))) == (day, month)


@pytest.mark.django_db
def test_the_page_names_its_language_and_offers_all(client: Client) -> None:
    client.cookies["otayori_language"] = "zh-hans"
    page = client.get("/accounts/login/?next=/settings").content.decode()
    assert '<html lang="zh-Hans"' in page
    for language in LANGUAGES.values():
        assert f'value="{language.code}" lang="{language.tag}"' in page
    assert 'name="next" value="/accounts/login/?next=/settings"' in page
    client.cookies["otayori_language"] = "tl"
    assert '<html lang="tl"' in client.get("/accounts/login/").content.decode()
    assert client.get("/manifest.webmanifest").json()["lang"] == "tl"


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "shown"), [("vi", "ja"), ("en", "en"), ("ja", "ja")])
def test_staff_read_whole_japanese_or_whole_english(
    cast: Cast, client: Client, code: str, shown: str
) -> None:
    client.force_login(cast.suzuki)
    client.cookies["otayori_language"] = code
    assert f'<html lang="{shown}"' in client.get("/console/").content.decode()


@pytest.mark.django_db
def test_a_chosen_language_is_kept_on_the_device_and_the_account(cast: Cast, client: Client) -> None:
    client.force_login(cast.kim.user)
    answer = client.post("/language", {"language": "my", "next": "/settings"})
    assert (answer.headers["Location"], answer.cookies["otayori_language"].value) == ("/settings", "my")
    cast.kim.user.refresh_from_db()
    assert cast.kim.user.language == "my"
