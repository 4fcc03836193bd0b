"""The PDF that a school prints: everything a guardian needs is on it, and nothing in a name can change it."""

import io
import re
from datetime import date
from typing import Any

import pytest
import segno
from pypdf import PdfReader

from otayori.roster.sheets import fit, fonts, languages, qr
from otayori.roster.sheets.pdf import SheetPage, render
from otayori.roster.sheets.secrets import PASSWORD_GROUPS, grouped, new_code, new_password, new_token

BASE = "https://otayori.city.sakuragawa.lg.jp"


def page(student_name: str = "山田 太郎", **changes: Any) -> SheetPage:
    values: dict[str, Any] = {
        "ward": "桜川区教育委員会",
        "school": "桜小学校",
        "classroom_label": "3年1組",
        "number": 12,
        "student_name": student_name,
        "url": f"{BASE}/join/{new_token()}",
        "join_url": f"{BASE}/join",
        "school_id": "13204",
        "code": new_code(),
        "password": new_password(),
        "issued_on": date(2025, 11, 25),
        "expires_on": date(2026, 3, 31),
    }
    return SheetPage(**(values | changes))


def printed(*sheets: SheetPage) -> list[str]:
    """Return the text of each page, without the spaces that line ends leave."""
    reader = PdfReader(io.BytesIO(render(sheets)))
    return [re.sub(r"\s+", "", each.extract_text()) for each in reader.pages]


def test_sheet_says_who_what_where_and_until_when() -> None:
    sheet = page(contact="03-1234-5678")
    (text,) = printed(sheet)
    for expected in (
        "登録手順書",
        "桜川区教育委員会",
        "桜小学校",
        "3年1組12番",
        "山田太郎さんの保護者の方へ",
        "発行日2025年11月25日(火)",
        "2026年3月31日(火)まで",
        "保護者4人まで",
        "学校ID13204",
        "otayori.city.sakuragawa.lg.jp/join",
        sheet.url,
        f"{sheet.code[:4]}-{sheet.code[4:]}",
        grouped(sheet.password, PASSWORD_GROUPS),
        "03-1234-5678",
    ):
        assert expected in text


def test_sheet_speaks_to_guardians_who_do_not_read_japanese() -> None:
    (text,) = printed(page())
    assert [line.lang for line in languages.LINES] == ["en", "zh", "ko", "vi", "ne"]
    for line in languages.LINES[:4]:
        assert re.sub(r"\s+", "", line.text) in text
    # Extraction gives Devanagari in the order of its glyphs, so only the letters can be compared.
    assert set("".join(languages.LINES[4].text.split())) <= set(text)
    assert all(not fonts.unprintable(line.text) for line in languages.LINES)


@pytest.mark.slow
def test_a_class_is_one_file_with_a_page_for_each_student_in_order() -> None:
    classroom = [page(f"児童 {number}号", number=number) for number in range(1, 31)]
    texts = printed(*classroom)
    assert len(texts) == 30
    for sheet, text in zip(classroom, texts, strict=True):
        assert f"児童{sheet.number}号" in text
        assert [
            other.password for other in classroom if grouped(other.password, PASSWORD_GROUPS) in text
        ] == [sheet.password]


def test_sheet_without_number_or_contact_leaves_no_gap_in_words() -> None:
    (text,) = printed(page(number=None))
    assert "None" not in text
    assert "番さん" not in text
    assert "連絡先" not in text


@pytest.mark.parametrize(
    "name",
    ["葛󠄀城 髙橋", "葛󠄁城 﨑山", "𠮷野 彅", "辻󠄀 德濵", "Nguyễn Thị Phương Đông", "김 하늘", "王 简一鸣", "राम"],
)
def test_name_variants_and_foreign_names_are_printed_as_given(name: str) -> None:
    assert fonts.unprintable(name) == ""
    (text,) = printed(page(name))
    without_selectors = re.sub(r"[\s\U000E0100-\U000E01EF]", "", name)
    assert without_selectors in re.sub(r"[\U000E0100-\U000E01EF]", "", text)


def test_variants_of_one_character_get_glyphs_of_their_own() -> None:
    same = {"url": BASE, "code": "2" * 8, "password": "2" * 10}
    assert render([page("葛\U000e0100", **same)]) != render([page("葛\U000e0101", **same)])


@pytest.mark.parametrize(
    "name",
    [
        '#read("/etc/passwd")',
        "*太字* _斜体_ `code` $x^2$ = 見出し",
        "#panic()",
        "\\ ] [ } { \" ' // /* <label> @ref",
        '","school":"柏中学校',
        "山田 -- 太郎 ... ~",
        "<script>alert(1)</script>",
    ],
)
def test_a_name_that_looks_like_markup_is_printed_as_it_is(name: str) -> None:
    (text,) = printed(page(name))
    assert re.sub(r"\s+", "", name) in text


def test_characters_no_font_has_become_geta_and_can_be_warned_of_before() -> None:
    name = "外\ue001字 😀太郎\u202e\x00"
    assert fonts.unprintable(name) == "\ue001😀"
    (text,) = printed(page(name))
    assert "外〓字〓太郎さんの保護者の方へ" in text


def test_a_name_with_line_breaks_or_half_a_character_still_prints() -> None:
    (text,) = printed(page("山田\n\t太郎\ud800"))
    assert "山田太郎〓" in text


def test_long_names_stay_whole_and_on_their_own_page() -> None:
    name = "アレクサンドラ・マリア・フェルナンデス・デ・ラ・クルス・サントス・オリヴェイラ・ゴンザレス"
    school = "桜川区立小中一貫教育校つばさの森学園義務教育学校前期課程第二分校特別支援学級併設校"
    sheets = [
        page(name, school=school, classroom_label="ひまわり学級(知的・情緒)3年1組"),
        page("長" * 100, school="校" * 100),
    ]
    texts = printed(*sheets, page())
    assert len(texts) == 3
    assert name + "さんの保護者の方へ" in texts[0]
    assert school in texts[0]
    assert "長" * 100 in texts[1]


def test_long_texts_are_set_smaller_never_larger() -> None:
    assert fit.on_two_lines("山田 太郎", width=130, largest=21) == ("山田 太郎", 21, 1)
    long = fit.on_two_lines("長" * 40, width=130, largest=21)
    assert long.lines == 2
    assert long.size < 21
    assert fit.on_one_line("w" * 400, width=48, largest=10).size == 3.0
    assert fit.on_one_line("", width=48, largest=10).size == 10


def test_file_can_be_read_aloud_and_names_nobody_in_its_metadata() -> None:
    file = render([page("山田 太郎")], title="登録手順書 桜小学校 3年1組")
    reader = PdfReader(io.BytesIO(file))
    assert reader.metadata is not None
    assert reader.metadata.title == "登録手順書 桜小学校 3年1組"
    assert "山田" not in str(dict(reader.metadata)) + str(reader.outline)
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/Lang"].startswith("ja")
    assert bool(catalog["/MarkInfo"]["/Marked"])
    assert "/StructTreeRoot" in catalog
    described = catalog["/Metadata"].get_data().decode()
    assert "pdfuaid:part" in described
    assert "太郎" not in described
    assert b"/home/" not in file
    assert b"otayori/roster" not in file


def test_page_is_a4() -> None:
    (only,) = PdfReader(io.BytesIO(render([page()]))).pages
    assert (round(only.mediabox.width), round(only.mediabox.height)) == (595, 842)


def test_same_sheets_give_the_same_file() -> None:
    sheet = page()
    assert render([sheet]) == render([sheet])


def test_nothing_to_print_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one sheet"):
        render([])


def test_qr_is_drawn_module_by_module_with_its_quiet_zone() -> None:
    url = f"{BASE}/join/{new_token()}"
    drawn = qr.svg(url)
    rows = segno.make_qr(url, error="q", mask=0, boost_error=False).matrix
    side = len(rows) + 8
    assert f'viewBox="0 0 {side} {side}"' in drawn
    dark = {
        (int(left) + offset, int(top))
        for left, top, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", drawn)
        for offset in range(int(width))
    }
    assert dark == {(x + 4, y + 4) for y, row in enumerate(rows) for x, module in enumerate(row) if module}
