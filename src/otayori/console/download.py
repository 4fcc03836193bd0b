"""Files handed to the browser for keeping: never shown in the page, never stored on the way."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def pdf_file(content: bytes, name: str) -> HttpResponse:
    """Answer with a PDF to be saved as `name`."""
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "no-store"
    return response
