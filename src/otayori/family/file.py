"""A file of a message: its words and pages on the phone, and the file itself. Openings are written down."""

import logging
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from otayori.core import sandboxed
from otayori.core.files import FileMissing
from otayori.family.message import is_opened
from otayori.messaging.access import open_file
from otayori.messaging.attachments import content, opening
from otayori.messaging.models import Attachment, AttachmentOpening
from otayori.roster.access import guardian, guardian_of

log = logging.getLogger(__name__)

Way = AttachmentOpening.Way


@guardian
@require_safe
@gzip_page
def file(request: HttpRequest, message_id: UUID, attachment_id: UUID) -> HttpResponse:
    """Show what is in a file: its words in the app's own type, and pictures of its pages."""
    found = _open(request, message_id, attachment_id, way=Way.VIEWED)
    context = {
        "file": found,
        "pages": range(1, found.pages + 1),
        # a leaflet whose words are part of its pictures says more as it looks
        "looks_first": found.pages and not found.is_readable,
        "nav_current": "inbox",
    }
    return render(request, "family/file.html", context)


@guardian
@require_safe
def file_page(request: HttpRequest, message_id: UUID, attachment_id: UUID, number: int) -> HttpResponse:
    """Give the picture of one page, from 1."""
    found = _open(request, message_id, attachment_id, way=Way.VIEWED)
    if not 1 <= number <= found.pages:
        raise Http404
    try:
        return sandboxed.picture(content.page(found, number))
    except FileMissing as error:
        raise _missing(found) from error


@guardian
@require_safe
def file_download(request: HttpRequest, message_id: UUID, attachment_id: UUID) -> HttpResponse:
    """Give the file itself, to be saved."""
    found = _open(request, message_id, attachment_id, way=Way.DOWNLOADED)
    try:
        return sandboxed.download(content.body(found), name=found.name, media_type=found.media_type)
    except FileMissing as error:
        raise _missing(found) from error


def _open(request: HttpRequest, message_id: UUID, attachment_id: UUID, *, way: Way) -> Attachment:
    person = guardian_of(request)
    found = open_file(person, message_id, attachment_id)
    if is_opened(request):
        opening.note(found, person.user, way)
    return found


def _missing(found: Attachment) -> Http404:
    log.error("attachment %s is not in the file store", found.id)
    return Http404()
