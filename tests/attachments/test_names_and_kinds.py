"""Names are cleaned, and a file is what its first bytes and its extension both say."""

import unicodedata

import pytest

from otayori.messaging.attachments import kinds, notes
from otayori.messaging.attachments.file_name import clean, extension
from otayori.messaging.attachments.reader.verdict import NotAVerdict, Verdict, unpack
from otayori.messaging.attachments.refusals import SENTENCES, Refusal, sentence
from tests.attachments import papers


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("おたより.pdf", "おたより.pdf"),
        (r"C:\Users\sato\名簿.xlsx", "名簿.xlsx"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        (unicodedata.normalize("NFD", "がくだより.pdf"), "がくだより.pdf"),
        ("  運動会　の　お知らせ .pdf", "運動会 の お知らせ .pdf"),
        (".pdf", "file.pdf"),
        ("", "file"),
        ("\u200b", "file"),
        ("あ" * 200 + ".pdf", "あ" * 116 + ".pdf"),
        ("a" * 200, "a" * 120),
    ],
)
def test_a_name_is_its_last_part_without_tricks(given: str, kept: str) -> None:
    assert clean(given) == kept


def test_an_extension_is_in_small_letters() -> None:
    assert extension("A.B.PDF") == "pdf"
    assert extension("README") == ""


@pytest.mark.parametrize(
    ("name", "data", "is_a"),
    [
        ("a.pdf", b"%PDF-1.7\n", "pdf"),
        ("A.JPG", papers.picture("JPEG"), "image"),
        ("a.png", papers.picture("PNG"), "image"),
        ("a.gif", papers.picture("GIF"), "image"),
        ("a.webp", papers.picture("WEBP"), "image"),
        ("a.docx", b"PK\x03\x04", "office"),
        ("a.txt", "こんにちは".encode("cp932"), "text"),
    ],
)
def test_what_is_taken(name: str, data: bytes, is_a: str) -> None:
    found = kinds.recognise(name, data)
    assert isinstance(found, kinds.Type)
    assert found.kind == is_a


@pytest.mark.parametrize(
    ("name", "data", "refusal"),
    [
        ("a.exe", b"MZ", "kind"),
        ("a.html", b"<script>", "kind"),
        ("a.svg", b"<svg>", "kind"),
        ("a.zip", b"PK\x03\x04", "kind"),
        ("noextension", b"%PDF-", "kind"),
        ("a.heic", b"", "heic"),
        ("a.jpg", b"\0\0\0\x18ftypheic", "heic"),
        ("a.docm", b"PK\x03\x04", "macro"),
        ("a.doc", bytes.fromhex("d0cf11e0a1b11ae1"), "old office"),
        ("a.docx", bytes.fromhex("d0cf11e0a1b11ae1"), "old office"),
        ("a.pdf", papers.picture("PNG"), "mismatch"),
        ("a.png", papers.picture("JPEG"), "mismatch"),
        ("a.webp", b"RIFF\0\0\0\0WAVEfmt ", "mismatch"),
        ("a.txt", b"MZ\x90\0", "mismatch"),
        ("a.csv", papers.picture("PNG"), "mismatch"),
        ("a.pdf", b"hello", "broken"),
        ("a.pdf", b"", "broken"),
    ],
)
def test_what_is_not_taken(name: str, data: bytes, refusal: str) -> None:
    assert kinds.recognise(name, data) == refusal


def test_every_refusal_says_what_happened_and_what_to_do() -> None:
    assert set(SENTENCES) == set(Refusal)
    for refusal in Refusal:
        assert sentence(refusal).count("。") >= 2, refusal
        assert "%" not in sentence(refusal)


def test_a_verdict_comes_out_as_it_went_in() -> None:
    verdict = Verdict(text="あ", is_readable=True, pictures=(b"12", b"", b"3"), body=b"body")
    assert unpack(verdict.packed()) == verdict
    assert unpack(Verdict(refusal="broken").packed()) == Verdict(refusal="broken")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        Verdict(text="x", body=b"body").packed()[:-1],
        Verdict(pictures=(b"abc",)).packed() + b"more",
        b"OTAYORI1" + (2**31).to_bytes(4, "big"),
        b"OTAYORI1" + (2).to_bytes(4, "big") + b"[]",
    ],
)
def test_what_is_no_verdict_is_not_taken_for_one(data: bytes) -> None:
    with pytest.raises(NotAVerdict):
        unpack(data)


def test_remarks_are_found_again() -> None:
    text = f"{notes.remark(notes.HIDDEN_SHEET, '名簿')}\n山田\n{notes.remark(notes.COMMENTS)}"
    assert notes.out_of_sight(text) == [notes.HIDDEN_SHEET, notes.COMMENTS]
    assert notes.pages_in_all(f"{notes.many_pages(35)}\n\nあ") == 35
    assert notes.pages_in_all("［全員］") is None
