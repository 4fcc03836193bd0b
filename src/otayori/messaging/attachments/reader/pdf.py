"""Read a PDF: the text of all pages, pictures of the first, and nothing that does anything when opened."""

import ctypes
from collections.abc import Iterator
from contextlib import suppress

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from otayori.messaging.attachments import notes
from otayori.messaging.attachments.limits import MOST_PICTURES, MOST_TEXT, PICTURE_HEIGHT, PICTURE_WIDTH
from otayori.messaging.attachments.reader import pdf_active, pdf_fonts
from otayori.messaging.attachments.reader.images import as_webp
from otayori.messaging.attachments.reader.verdict import Unfit, Verdict
from otayori.messaging.attachments.reflow import is_garbled, reflow

LARGE_PICTURE = 0.2  # of a page: words may stand in it that no text tells
MOST_THINGS = 20_000  # on a page
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_ANNOTATION_TEXT = 100_000  # bytes


def read(data: bytes) -> Verdict:
    """Return text and pictures. Raises `Unfit`."""
    pdf_active.refuse(data)
    pdf_fonts.use_them()
    document = _open(data)
    _refuse_active(document)
    pages: list[str] = []
    pictures: list[bytes] = []
    is_readable, length = True, 0
    for number, page in enumerate(_pages(document)):
        words = _words(page)
        is_readable = is_readable and not _hides_words(page, words)
        if length < MOST_TEXT:
            pages.append(words)
            length += len(words)
        if number < MOST_PICTURES:
            pictures.append(_picture(page))
        page.close()
    text = reflow(pages)
    if len(document) > MOST_PICTURES:
        text = f"{notes.many_pages(len(document))}\n\n{text}"
    return Verdict(text=text[:MOST_TEXT], is_readable=is_readable, pictures=tuple(pictures))


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = raw.FPDF_GetLastError() == _PASSWORD or "password" in str(error).lower()
        raise Unfit("locked" if locked else "broken") from error
    if raw.FPDF_GetSecurityHandlerRevision(document) != -1:  # opens without a password, but is restricted
        raise Unfit("locked")
    if len(document) == 0:
        raise Unfit("broken")
    return document


def _refuse_active(document: pdfium.PdfDocument) -> None:
    if raw.FPDFDoc_GetJavaScriptActionCount(document) > 0 or raw.FPDFDoc_GetAttachmentCount(document) > 0:
        raise Unfit("active")
    if raw.FPDF_GetFormType(document) in (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND):
        raise Unfit("active")


def _pages(document: pdfium.PdfDocument) -> Iterator[pdfium.PdfPage]:
    for number in range(len(document)):
        try:
            yield document[number]
        except pdfium.PdfiumError as error:
            raise Unfit("broken") from error


def _words(page: pdfium.PdfPage) -> str:
    # Not get_text_bounded: it leaves out letters at the edge of the text
    textpage = page.get_textpage()
    words = str(textpage.get_text_range())
    textpage.close()
    return "\n".join([words, *_notes_on(page)])


def _notes_on(page: pdfium.PdfPage) -> Iterator[str]:
    """What is written in comments and fields, which stand on the page or pop up."""
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        for key in (b"Contents", b"V"):
            if text := _string_of(annotation, key):
                yield text
        raw.FPDFPage_CloseAnnot(annotation)


def _string_of(annotation: object, key: bytes) -> str:
    length = min(raw.FPDFAnnot_GetStringValue(annotation, key, None, 0), _ANNOTATION_TEXT)
    if length <= 2:
        return ""
    room = ctypes.create_string_buffer(length)
    raw.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(room, ctypes.POINTER(raw.FPDF_WCHAR)), length)
    return room.raw.decode("utf-16-le", "ignore").rstrip("\0")


def _hides_words(page: pdfium.PdfPage, words: str) -> bool:
    """Tell whether something on the page is read by eye alone: a scan, a photo, drawn or broken letters."""
    if is_garbled(words):
        return True
    area = max(page.get_width() * page.get_height(), 1.0)
    pictured, things = 0.0, 0
    for thing in page.get_objects(max_depth=4):
        things += 1
        if things > MOST_THINGS:
            return True  # a map or a drawing: nobody waits for that to be measured
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            with suppress(pdfium.PdfiumError):
                left, bottom, right, top = thing.get_bounds()
                pictured += abs((right - left) * (top - bottom))
    return pictured > area * LARGE_PICTURE or (things > 0 and not words.strip())


def _picture(page: pdfium.PdfPage) -> bytes:
    width, height = page.get_size()
    scale = min(PICTURE_WIDTH / max(width, 1), PICTURE_HEIGHT / max(height, 1))
    bitmap = page.render(scale=scale)
    picture = as_webp(bitmap.to_pil().convert("RGB"))
    bitmap.close()
    return picture
