"""Hand out bytes that came from elsewhere, so that a browser does nothing with them but keep or draw them."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

# A file that is opened in a tab all the same runs no script, loads nothing and belongs to no site
_POLICY = "sandbox; default-src 'none'"
_PICTURE = "image/webp"


def file_response(data: bytes, *, media_type: str, name: str) -> HttpResponse:
    """Answer with a file to be saved as `name`. `media_type` is one of ours, never what an uploader said."""
    response = _closed(data, media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def picture_response(data: bytes) -> HttpResponse:
    """Answer with a picture that we drew (WebP), to be shown in a page of ours."""
    response = _closed(data, _PICTURE)
    response.headers["Content-Disposition"] = "inline"
    return response


def _closed(data: bytes, media_type: str) -> HttpResponse:
    return HttpResponse(
        data,
        content_type=media_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": _POLICY,
            "Cache-Control": "private, no-store",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )
