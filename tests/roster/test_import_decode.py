"""Any encoding a ward PC writes is read, and nothing is ever read as something else."""

from io import BytesIO
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otayori.roster.imports.decode import MAX_BYTES, decode, load
from otayori.roster.imports.errors import RosterFileError, describe
from tests.roster.import_files import AOI, FILES, HARU, HEADER, csv_text, found, read

TEXT = csv_text(HEADER, HARU, AOI)


def refused(data: bytes) -> tuple[str, int | None]:
    with pytest.raises(RosterFileError) as caught:
        decode(data)
    (problem,) = caught.value.problems
    assert describe(problem)
    return problem.code.value, problem.line


@pytest.mark.parametrize(
    ("codec", "mark", "encoding"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
        ("cp932", b"", "cp932"),
        ("utf-16-le", b"\xff\xfe", "utf-16"),
        ("utf-16-be", b"\xfe\xff", "utf-16"),
    ],
)
def test_every_encoding_gives_the_same_text(codec: str, mark: bytes, encoding: str) -> None:
    text = decode(mark + TEXT.encode(codec))
    assert (text.content, text.encoding) == (TEXT, encoding)


KANA_AND_KANJI = st.characters(min_codepoint=0x3041, max_codepoint=0x9FFF)


@given(st.text(KANA_AND_KANJI | st.sampled_from('aZ09,\n髙﨑①㈱～－ｱﾟ表ソ"')))
def test_whatever_a_codec_can_write_is_read_back(body: str) -> None:
    text = "学年,組\n" + body
    assert decode(text.encode("utf-8")).content == text
    assert decode(text.encode("utf-8-sig")).content == text
    assert decode(text.encode("utf-16")).content == text
    written = text.encode("cp932", "ignore")
    assert decode(written).content == written.decode("cp932")


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "empty", None),
        (b"\xef\xbb\xbf \r\n\r\n", "empty", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "excel", None),
        (b"PK\x03\x04" + b"manifest.csv", "zip", None),
        (b"PK\x05\x06" + bytes(18), "zip", None),
        (b"\r\n<html><table><tr><td>1</td></tr></table></html>", "markup", None),
        (b"a,b\r\n1,\x002\r\n", "nul", 2),
        ("学年,組\r\n1,1".encode("utf-16-le"), "nul", 1),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "nul", 1),
        (b"\xff\xfe" + "学年\n組".encode("utf-16-le") + b"\x00\xd8", "broken_utf16", 2),
        ("学年,組\n\n山田\n".encode("iso2022_jp"), "iso_2022_jp", 1),
        ("学年,組\n山田".encode("euc_jp"), "euc_jp", None),
        ("学年,組\n".encode("cp932") + b"\x80,\xff", "unknown_encoding", 2),
        ("学年,組\r山田\r".encode("cp932") + b"\x81", "unknown_encoding", 3),
    ],
)
def test_what_is_no_roster_is_named_for_what_it_is(data: bytes, code: str, line: int | None) -> None:
    assert refused(data) == (code, line)


def test_broken_utf8_is_not_taken_for_cp932() -> None:
    broken = "学,\n葵,空\n".encode() + "葵".encode()[:-1] + b"\n"
    assert broken.decode("cp932") == "蟄ｦ,\n闡ｵ,遨ｺ\n闡\n"  # it could be: as something nobody wrote
    assert refused(broken) == ("broken_utf8", 3)
    assert refused(b"\xef\xbb\xbf" + "学年\n".encode() + b"\xff") == ("broken_utf8", 2)


def test_half_width_kana_in_cp932_are_neither_utf8_nor_euc() -> None:
    text = "grade,class,name,code\n3,1,ﾂｱﾃｲﾄｳ ﾀﾅｶ,0001\n3,1,山田 葵,0002\n"
    assert decode(text.encode("cp932")).content == text


@pytest.mark.parametrize(
    ("name", "code"), [("pdf-renamed.csv", "pdf"), ("sakura.xlsx", "excel"), ("sakura-euc.csv", "euc_jp")]
)
def test_files_that_only_look_like_rosters(name: str, code: str) -> None:
    parsed = read((FILES / name).read_bytes())
    assert found(parsed.errors) == [(code, None)]
    assert parsed.rows == ()


@pytest.mark.parametrize("name", ["sakura-cp932.csv", "sakura-utf8-bom.csv", "sakura-excel-unicode.txt"])
def test_the_same_roster_from_three_programs(name: str) -> None:
    parsed = read((FILES / name).read_bytes())
    assert parsed.errors == ()
    assert [(row.name, row.kana, row.management_code) for row in parsed.rows] == [
        ("キム ハル", "キム ハル", "0001"),
        ("山田 葵", "ヤマダ アオイ", "0002"),
        ("髙橋 結衣", "タカハシ ユイ", "0007"),
    ]


class Endless(BytesIO):
    """A file of 50 MB that counts what was taken from it, handing over little at a time."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert size >= 0
        given = min(size, 1_000_000, 50_000_000 - self.taken)
        self.taken += given
        return b"1" * given


def test_a_file_of_50_mb_is_refused_without_being_loaded() -> None:
    endless = Endless()
    source: BinaryIO = endless
    with pytest.raises(RosterFileError) as caught:
        load(source)
    assert describe(caught.value.problems[0]).startswith("ファイルが大きすぎます。10MBまで")
    assert endless.taken == MAX_BYTES + 1


def test_the_largest_file_is_loaded() -> None:
    assert len(load(BytesIO(bytes(MAX_BYTES)))) == MAX_BYTES
