"""Responses that carry a file somebody else sent: never run, never guessed at, never kept on the way."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

# What a browser may be told a file is: nothing of these runs in the page's origin. Others are plain bytes.
_OFFICE = "application/vnd.openxmlformats-officedocument"
_TOLD = frozenset(
    {
        "application/pdf",
        "image/gif", "image/jpeg", "image/png", "image/webp",
        f"{_OFFICE}.wordprocessingml.document",
        f"{_OFFICE}.spreadsheetml.sheet",
        f"{_OFFICE}.presentationml.presentation",
        "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
        "text/plain", "text/csv",
    }
)  # fmt: skip


def download(data: bytes, *, name: str, media_type: str) -> HttpResponse:
    """Return a response that a browser saves under `name` (RFC 6266, RFC 5987)."""
    told = media_type if media_type in _TOLD else "application/octet-stream"
    printable = "".join(letter for letter in name if letter.isprintable())
    return _sandboxed(data, told, content_disposition_header(as_attachment=True, filename=printable))


def picture(data: bytes) -> HttpResponse:
    """Return a picture (WebP) that a page of ours shows."""
    return _sandboxed(data, "image/webp", "inline")


def _sandboxed(data: bytes, media_type: str, disposition: str | None) -> HttpResponse:
    return HttpResponse(
        data,
        content_type=media_type,
        headers={
            "Content-Disposition": disposition or "attachment",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
            "Content-Encoding": "identity",  # deflated already: pressing 20 MB again takes a second of CPU
        },
    )
