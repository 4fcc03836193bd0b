"""Untrusted files are read by a process of their own: what it gets out of good ones, and what it refuses."""

import ctypes
import io
import json
import os
import sys
import zipfile
from typing import Any

import pytest
from PIL import Image

from otayori.messaging.attachments import inspection, notes
from otayori.messaging.attachments.inspection import inspect
from otayori.messaging.attachments.reader import pdf, pdf_fonts
from tests.attachments import papers

pytestmark = pytest.mark.slow

RELS = "word/_rels/document.xml.rels"
OUTSIDE = (
    b"<Relationship Id='x' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s'"
    b" Target='%s' TargetMode='External'/></Relationships>"
)


def linked(kind: bytes, target: bytes) -> bytes:
    """A Word file with something that lies elsewhere."""
    return papers.repacked(papers.word(), change={RELS: (b"</Relationships>", OUTSIDE % (kind, target))})


BAD = {
    "a cut PDF": ("pdf", lambda: papers.pdf()[:3000], "broken"),
    "a PDF with a password": ("pdf", lambda: papers.pdf_with(lambda w: w.encrypt("secret")), "locked"),
    "a PDF that may not be printed": (
        "pdf",
        lambda: papers.pdf_with(lambda w: w.encrypt(user_password="", owner_password="o")),
        "locked",
    ),
    "a script": ("pdf", lambda: papers.pdf_with(papers.open_action("/JavaScript")), "active"),
    "starting a program": ("pdf", lambda: papers.pdf_with(papers.open_action("/Launch")), "active"),
    "a file in a PDF": ("pdf", lambda: papers.pdf_with(lambda w: w.add_attachment("a.exe", b"MZ")), "active"),
    "a script by another spelling": (
        "pdf",
        lambda: (
            papers.pdf_with(papers.open_action("/JavaScript"))
            .replace(b"/JavaScript", b"/J#61vaScript")
            .replace(b"/JS", b"/#4aS")
        ),
        "active",
    ),
    "a cut picture": ("png", lambda: papers.picture(size=(900, 900))[:3000], "broken"),
    "a picture that wants gigabytes": ("png", papers.huge_png, "too large picture"),
    "another kind of picture": ("png", lambda: papers.picture("JPEG"), "broken"),
    "a ZIP bomb": ("docx", papers.zip_bomb, "too large inside"),
    "many entries": (
        "docx",
        lambda: papers.repacked(papers.word(), add={f"a{n}": b"" for n in range(5001)}),
        "too large inside",
    ),
    "a cut Word file": ("docx", lambda: papers.word()[:9000], "broken"),
    "a ZIP that is no Word file": ("docx", papers.excel, "mismatch"),
    "macros": ("docx", lambda: papers.repacked(papers.word(), add={"word/vbaProject.bin": b"x"}), "macro"),
    "macros by their type": (
        "docx",
        lambda: papers.repacked(
            papers.word(),
            change={
                "[Content_Types].xml": (
                    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                    b"application/vnd.ms-word.document.macroEnabled.main+xml",
                )
            },
        ),
        "macro",
    ),
    "a workbook behind a chart": (
        "pptx",
        lambda: papers.repacked(papers.slides(), add={"ppt/embeddings/Microsoft_Excel_Sheet1.xlsx": b"x"}),
        "embedded",
    ),
    "what another workbook said": (
        "xlsx",
        lambda: papers.repacked(papers.excel(), add={"xl/externalLinks/externalLink1.xml": b"<x/>"}),
        "external",
    ),
    "a picture from elsewhere": ("docx", lambda: linked(b"image", b"https://far.example/a.png"), "external"),
    "a template from elsewhere": (
        "docx",
        lambda: linked(b"attachedTemplate", b"https://far.example/a.dotm"),
        "external",
    ),
    "entities": (
        "docx",
        lambda: papers.repacked(
            papers.word(), change={"word/document.xml": (b"<w:document", b"<!DOCTYPE a><w:document")}
        ),
        "broken",
    ),
    "no text": ("txt", lambda: b"\x00\x01\x02", "encoding"),
    "no known encoding": ("csv", lambda: b"a,\xff\xfd\x80b", "encoding"),
}


@pytest.mark.parametrize("case", BAD)
def test_refused(case: str) -> None:
    last, make, refusal = BAD[case]
    verdict = inspect(last, make())
    assert verdict.refusal == refusal
    assert not verdict.text
    assert not verdict.pictures


def test_a_pdf_has_pages_and_words() -> None:
    verdict = inspect("pdf", papers.pdf())
    assert not verdict.refusal
    assert "今年の運動会は" in verdict.text
    assert "翌日に延期しますので、お弁当" in verdict.text  # over the end of a line
    assert "体操服とはちまきを忘れずに" in verdict.text
    assert verdict.is_readable
    assert [Image.open(io.BytesIO(p)).size[0] for p in verdict.pictures] == [1000, 1000]
    assert verdict.body is None  # sent on as it came


def test_a_pdf_that_brings_no_letters_does_not_look_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on a server that has no Japanese font: a page of names must not be approved as a blank one."""
    monkeypatch.setattr(pdf_fonts, "_MACHINE", ())
    verdict = pdf.read(papers.pdf_without_letters("山田 葵の名簿"))  # in this process, which can be told so
    assert verdict.text == "山田 葵の名簿"
    drawn = Image.open(io.BytesIO(verdict.pictures[0])).convert("L")
    assert drawn.getextrema()[0] < 64  # something dark


def test_of_a_long_pdf_all_words_are_read_and_twenty_pages_shown() -> None:
    pages = "\n#pagebreak()\n".join(f"page number {n} of a long paper" for n in range(1, 24))
    verdict = inspect("pdf", papers.pdf(f"#set page(width: 6cm, height: 4cm)\n{pages}"))
    assert len(verdict.pictures) == 20
    assert "page number 23" in verdict.text
    assert notes.pages_in_all(verdict.text) == 23


def test_a_scan_says_that_nobody_read_it() -> None:
    verdict = inspect("pdf", papers.scanned_pdf())
    assert (verdict.refusal, verdict.text, verdict.is_readable) == ("", "", False)
    assert len(verdict.pictures) == 1


def test_a_photo_is_turned_upright_made_smaller_and_tells_nothing_else() -> None:
    verdict = inspect("jpg", papers.photo())
    sent = Image.open(io.BytesIO(verdict.body or b""))
    assert sent.size == (1200, 2400)
    assert not sent.getexif()
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(sent.info)
    assert b"Sato" not in (verdict.body or b"")
    assert not verdict.is_readable
    assert len(verdict.pictures) == 1


@pytest.mark.parametrize(("last", "form"), [("png", "PNG"), ("gif", "GIF"), ("webp", "WEBP")])
def test_pictures_stay_what_they_were(last: str, form: str) -> None:
    verdict = inspect(last, papers.picture(form))
    assert Image.open(io.BytesIO(verdict.body or b"")).format == form


def test_a_word_file_is_read_with_its_tables_and_headers() -> None:
    verdict = inspect("docx", papers.word())
    assert verdict.text.splitlines() == [
        "遠足のお知らせ",
        "明日は遠足です。",
        "時刻 | 場所",
        "8:30 | 校門",
        "桜小学校",
    ]
    assert verdict.is_readable


def test_deleted_words_and_text_boxes_of_a_word_file_are_read_once() -> None:
    boxed = "<w:txbxContent><w:p><w:r><w:t>枠の中</w:t></w:r></w:p></w:txbxContent>"
    box = (
        f"<w:p><w:r><mc:AlternateContent xmlns:mc='m'><mc:Choice>{boxed}</mc:Choice>"
        f"<mc:Fallback>{boxed}</mc:Fallback></mc:AlternateContent></w:r>"
        "<w:del><w:r><w:delText>山田 葵</w:delText></w:r></w:del></w:p><w:sectPr"
    )
    verdict = inspect(
        "docx", papers.repacked(papers.word(), change={"word/document.xml": (b"<w:sectPr", box.encode())})
    )
    assert verdict.text.count("枠の中") == 1
    assert "山田 葵" in verdict.text
    assert notes.out_of_sight(verdict.text) == [notes.DELETED]


def test_hidden_sheets_and_rows_count() -> None:
    verdict = inspect("xlsx", papers.excel(hidden=True))
    assert "山田 葵 | 03-0000-0000" in verdict.text
    assert "隠した行" in verdict.text
    assert notes.out_of_sight(verdict.text) == [notes.HIDDEN_SHEET, notes.HIDDEN_CELLS]
    assert not notes.out_of_sight(inspect("xlsx", papers.excel()).text)


def test_speakers_notes_and_hidden_slides_count() -> None:
    verdict = inspect("pptx", papers.slides())
    assert "保護者会" in verdict.text
    assert "山田さんの件は話さない" in verdict.text
    assert notes.out_of_sight(verdict.text) == [notes.HIDDEN_SLIDE, notes.SPEAKER_NOTES]


def test_an_office_file_with_pictures_is_not_wholly_read() -> None:
    with_picture = papers.repacked(papers.word(), add={"word/media/image1.png": bytes(range(256)) * 64})
    assert not inspect("docx", with_picture).is_readable


def test_a_table_from_an_old_pc_is_sent_on_so_that_phones_read_it() -> None:
    verdict = inspect("csv", "氏名,学級\r\n山田 葵,3年1組\r\n".encode("cp932"))
    assert verdict.text == "氏名 | 学級\n山田 葵 | 3年1組"
    assert (verdict.body or b"").decode("utf-8-sig") == "氏名,学級\n山田 葵,3年1組\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_texts_of_any_usual_encoding_are_read(encoding: str) -> None:
    assert inspect("txt", "お知らせ①\n髙橋".encode(encoding)).text == "お知らせ①\n髙橋"


PROBE = """
import json, os, resource, subprocess, sys
from otayori.messaging.attachments.reader.confinement import confine
confine(96)

def can(deed):
    try:
        deed()
    except OSError:
        return False
    return True

import socket
limits = [getattr(resource, f"RLIMIT_{what}") for what in ("AS", "CPU", "FSIZE", "NOFILE", "CORE")]
told = {
    "environ": sorted(os.environ),
    "django": "django" in sys.modules,
    "cwd": os.getcwd(),
    "limits": [resource.getrlimit(of)[1] for of in limits],
    "key": can(lambda: open(%r)),
    "passwords": can(lambda: open("/etc/passwd")),
    "writes": can(lambda: open("/tmp/reader-was-here", "w")),
    "network": can(lambda: socket.socket()),
    "programs": can(lambda: os.execv("/bin/true", ["true"])),
}
os.write(2, json.dumps(told).encode())
"""


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a reader can still do, asked in its place."""
    said: list[bytes] = []
    popen = inspection.subprocess.Popen
    probe = PROBE % os.environ["OTAYORI_MASTER_KEY_FILE"]

    def probed(command: list[str], **how: Any) -> Any:
        how |= {"stderr": inspection.subprocess.PIPE}
        process = popen([*command[:2], "-c", probe], **how)
        said.append(process.stderr.read())
        process.stderr.close()
        return process

    monkeypatch.setenv("OTAYORI_SECRET_KEY", "secret")
    monkeypatch.setattr(inspection.subprocess, "Popen", probed)
    assert inspect("txt", b"x").refusal == "broken"  # it ended without a verdict
    answer: dict[str, Any] = json.loads(said[0])
    return answer


def test_the_reader_has_no_settings_no_secrets_and_little_room(told: dict[str, Any]) -> None:
    assert not [name for name in told["environ"] if name.startswith(("OTAYORI", "DJANGO"))]
    assert told["django"] is False
    assert told["cwd"] == "/"
    assert told["limits"][0] <= 1536 * 1024 * 1024
    assert told["limits"][1:] == [60, 96, 32, 0]


@pytest.mark.skipif(
    sys.platform != "linux" or ctypes.CDLL(None).syscall(444, None, 0, 1) < 1, reason="needs Landlock"
)
def test_the_reader_reaches_no_key_no_network_and_no_program(told: dict[str, Any]) -> None:
    deeds = ("key", "passwords", "writes", "network", "programs")
    assert {deed: told[deed] for deed in deeds} == dict.fromkeys(deeds, False)


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        inspection, "_COMMAND", (inspection.sys.executable, "-c", "import time; time.sleep(60)")
    )
    monkeypatch.setattr(inspection, "SECONDS", 0.2)
    assert inspect("txt", b"x").refusal == "too heavy"


def test_the_size_that_a_zip_announces_is_all_that_is_read() -> None:
    """A lie about the size is no way around the measure: the library stops there, and the part is broken."""
    data = bytearray(
        papers.repacked(papers.word(), add={"word/header9.xml": b"<a>" + bytes(10_000) + b"</a>"})
    )
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        real = archive.getinfo("word/header9.xml").file_size
    lied = bytes(data).replace(real.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert inspect("docx", lied).refusal == "broken"
