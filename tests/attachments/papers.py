"""Files as schools send them, good and bad, made here: nothing is kept in the repository that could harm."""

import io
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import docx
import openpyxl
import pptx
import typst
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from otayori.roster.sheets import fonts

# https://www.eicar.org: harmless, and every scanner knows it. Cut in two, or this file were found itself.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*").encode()

SCHOOL_NEWS = """#set page(width: 12cm, height: 16cm, margin: 1cm)
#set text(font: "BIZ UDPGothic", size: 10pt, lang: "ja")
= 学年だより 10月号
今年の運動会は10月12日（日）に行います。雨のときは翌日に延期しますので、お弁当の用意をお願いいたします。集合は8時30分です。

- 水筒
- 赤白帽子
#pagebreak()
== 持ち物
体操服とはちまきを忘れずに持たせてください。"""


@cache
def pdf(source: str = SCHOOL_NEWS) -> bytes:
    """A PDF as a word processor makes it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "news.typ"
        path.write_text(source)
        return typst.compile(path, font_paths=fonts.faces(), ignore_system_fonts=True)


def pdf_with(change: Callable[[PdfWriter], object]) -> bytes:
    """The same with something done to it."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def open_action(kind: str) -> Callable[[PdfWriter], object]:
    """Something that happens when the PDF is opened; it hangs on no list of scripts."""
    action = DictionaryObject({NameObject("/S"): NameObject(kind)})
    action[NameObject("/JS" if kind == "/JavaScript" else "/F")] = TextStringObject("app.alert(1)")

    def change(writer: PdfWriter) -> None:
        writer.root_object[NameObject("/OpenAction")] = action

    return change


def pdf_without_letters(text: str) -> bytes:
    """A PDF as an office program makes it that leaves out the usual Japanese fonts to save room."""
    drawn = b"BT /F1 24 Tf 20 100 Td <" + text.encode("cp932").hex().encode() + b"> Tj ET"
    font = b"/BaseFont/MS-Mincho"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type0" + font + b"/Encoding/90ms-RKSJ-H/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType2" + font + b"/FontDescriptor 7 0 R/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>>>",
        (
            b"<</Type/FontDescriptor/FontName/MS-Mincho/Flags 6/FontBBox[0 -137 1000 859]/ItalicAngle 0"
            b"/Ascent 859/Descent -140/CapHeight 769/StemV 80>>"
        ),
    ]
    out = b"%PDF-1.4\n"
    for number, part in enumerate(parts, start=1):
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    return out + b"trailer<</Size %d/Root 1 0 R>>\n%%%%EOF" % (len(parts) + 1)


def scanned_pdf() -> bytes:
    """A page that is a picture: nobody can read it but by eye."""
    out = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(out, "PDF")
    return out.getvalue()


def picture(form: str = "PNG", size: tuple[int, int] = (60, 40), **how: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, form, **how)
    return out.getvalue()


def photo(size: tuple[int, int] = (3000, 1500)) -> bytes:
    """A photo of a phone that was held upright, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Phone of Sato"
    exif.get_ifd(0x8825)[1] = "N"
    return picture("JPEG", size, exif=exif, comment=b"my house")


def huge_png() -> bytes:
    """A few kilobytes that want gigabytes: 40,000 x 40,000 pixels of one colour."""
    data = bytearray(picture("PNG", (8, 8)))
    data[16:24] = (40_000).to_bytes(4, "big") * 2
    data[29:33] = __import__("zlib").crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data)


def word(*, notes: bool = True) -> bytes:
    document = docx.Document()
    document.add_heading("遠足のお知らせ", 1)
    document.add_paragraph("明日は遠足です。")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("時刻", "場所", "8:30", "校門"), strict=True):
        cell.text = text
    if notes:
        document.sections[0].header.paragraphs[0].text = "桜小学校"
    return _saved(document)


def excel(*, hidden: bool = False) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "予定"
    sheet.append(["日", "行事"])
    sheet.append(["10/12", "運動会"])
    if hidden:
        names = book.create_sheet("名簿")
        names.append(["山田 葵", "03-0000-0000"])
        names.sheet_state = "veryHidden"
        sheet.append(["隠した行"])
        sheet.row_dimensions[3].hidden = True
    return _saved(book)


def slides() -> bytes:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "保護者会"
    slide.notes_slide.notes_text_frame.text = "山田さんの件は話さない"
    hidden = show.slides.add_slide(show.slide_layouts[5])
    hidden.shapes.title.text = "集計"
    hidden._element.set("show", "0")
    return _saved(show)


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def repacked(
    data: bytes, *, add: dict[str, bytes] | None = None, change: dict[str, tuple[bytes, bytes]] | None = None
) -> bytes:
    """An Office file with parts added, or with some bytes of a part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if change and name in change:
                before, after = change[name]
                assert before in part, name
                part = part.replace(before, after)
            new.writestr(name, part)
        for name, part in (add or {}).items():
            new.writestr(name, part)
    return out.getvalue()


def zip_bomb() -> bytes:
    """A Word file whose one part unpacks to 50 MB of nothing."""
    return repacked(word(), add={"word/media/big.xml": bytes(50 * 1024 * 1024)})
