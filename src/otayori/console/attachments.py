"""The files of a message: add them without script, look at one as it will be received, download it."""

from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from otayori.accounts.access import Access, access_of, staff
from otayori.core import sandboxed
from otayori.core.files import FileMissing
from otayori.messaging.access import may_change, open_draft
from otayori.messaging.attachments import content, notes, opening, take_in
from otayori.messaging.attachments.access import files_of, open_attachment
from otayori.messaging.attachments.limits import MOST_BYTES, MOST_PICTURES
from otayori.messaging.attachments.refusals import Refused, sentence
from otayori.messaging.compose import NoDraft
from otayori.messaging.models import Attachment, AttachmentOpening, Message

Way = AttachmentOpening.Way
# Where a page about a file leads back to, by what `?back` says
BACK = {"confirm": "console:confirm", "files": "console:attachments"}

# The reader's remarks are Japanese, as the files are; the page speaks the language of who reads it
OUT_OF_SIGHT = {
    notes.HIDDEN_SHEET: gettext_lazy("非表示のシート"),
    notes.HIDDEN_CELLS: gettext_lazy("非表示の行や列があるシート"),
    notes.HIDDEN_SLIDE: gettext_lazy("非表示のスライド"),
    notes.SPEAKER_NOTES: gettext_lazy("発表者ノート"),
    notes.COMMENTS: gettext_lazy("コメント"),
    notes.DELETED: gettext_lazy("変更履歴に残っている、消した文字"),
    notes.BEHIND: gettext_lazy("集計表の元のデータ"),
}


@staff
def attachments(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """The files of a draft on a page of their own; files are added here where there is no script."""
    access = access_of(request)
    message = open_draft(access, message_id)
    if request.method == "POST":
        for uploaded in request.FILES.getlist("files"):
            _take(request, message, uploaded)
        return redirect("console:attachments", message_id=message.id)
    context = {"nav_current": "messages", "message": message, "attachments": list(files_of(message))}
    return render(request, "console/attachments.html", context)


@staff
@require_safe
def kept(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """The list of a draft's files as it stands now: what the script asks for until all are checked."""
    message = open_draft(access_of(request), message_id)
    context = {"message": message, "attachments": list(files_of(message))}
    return render(request, "console/attachments_kept.html", context)


@staff
@require_safe
def attachment(request: HttpRequest, message_id: UUID, attachment_id: UUID) -> HttpResponse:
    """Look at a file: its pages, then its words. That it was opened is written down."""
    access = access_of(request)
    found = open_attachment(access, message_id, attachment_id)
    if found.state == Attachment.State.READY:
        opening.note(found, access.user, Way.VIEWED)
    return render(request, "console/attachment.html", _looked_at(request, access, found))


@staff
@require_safe
def page(request: HttpRequest, message_id: UUID, attachment_id: UUID, number: int) -> HttpResponse:
    """The picture of one page."""
    found = open_attachment(access_of(request), message_id, attachment_id)
    if not 1 <= number <= found.pages:
        raise Http404
    try:
        return sandboxed.picture(content.page(found, number))
    except FileMissing as error:
        raise Http404 from error


@staff
@require_safe
def download(request: HttpRequest, message_id: UUID, attachment_id: UUID) -> HttpResponse:
    """The file itself, as it is sent on. That it was downloaded is written down."""
    access = access_of(request)
    found = open_attachment(access, message_id, attachment_id)
    if found.state != Attachment.State.READY:
        raise Http404
    try:
        data = content.body(found)
    except FileMissing as error:
        raise Http404 from error
    opening.note(found, access.user, Way.DOWNLOADED)
    return sandboxed.download(data, name=found.name, media_type=found.media_type)


def _take(request: HttpRequest, message: Message, uploaded: "UploadedFile[Any]") -> None:
    name = uploaded.name or ""
    try:
        # one byte more than may be: a larger file is refused without being read
        take_in.take_whole(access_of(request), message, name=name, data=uploaded.read(MOST_BYTES + 1))
    except Refused as refused:
        said = {"name": name, "why": sentence(refused.refusal)}
        notices.error(request, _("「%(name)s」を添付できません。%(why)s") % said)
    except NoDraft:
        notices.warning(request, _("このお知らせは、もう送信か予約がされています。"))


def _looked_at(request: HttpRequest, access: Access, found: Attachment) -> dict[str, Any]:
    ready = found.state == Attachment.State.READY
    text = found.text if ready else ""
    return {
        "nav_current": "messages",
        "message": found.message,
        "attachment": found,
        "why": sentence(found.refusal) if found.refusal else "",
        "text": text,
        "pages": range(1, found.pages + 1),
        "pages_in_all": notes.pages_in_all(text),
        "most_pictures": MOST_PICTURES,
        "out_of_sight": [OUT_OF_SIGHT[what] for what in notes.out_of_sight(text)],
        "back_url": _back(request, access, found.message),
    }


def _back(request: HttpRequest, access: Access, message: Message) -> str:
    is_draft = message.state == Message.State.DRAFT and may_change(access, message)
    if is_draft:
        return reverse(BACK.get(request.GET.get("back", ""), "console:draft"), args=[message.id])
    return reverse("console:message", args=[message.id])
