"""What the browser's upload talks to: begin, a piece, the end; and taking a file out again."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from otayori.accounts.access import access_of, staff
from otayori.messaging.access import open_draft
from otayori.messaging.attachments import take_in
from otayori.messaging.attachments.access import open_own_attachment
from otayori.messaging.attachments.refusals import Refused, sentence
from otayori.messaging.compose import NoDraft

GONE = 410  # the draft was sent, or the file removed, in another window


@staff
@require_POST
def start(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Begin a file, or go on with it: the answer says how many bytes are here already."""
    access = access_of(request)
    message = open_draft(access, message_id)
    name, modified = request.POST.get("name", ""), request.POST.get("modified", "")
    try:
        begun = take_in.start(
            access, message, name=name, size=_number(request.POST.get("size")), modified=modified
        )
    except Refused as refused:
        return _refused(refused)
    except NoDraft:
        return HttpResponse(status=GONE)
    return JsonResponse({"id": str(begun.id), "received": begun.received})


@staff
@require_POST
def append(request: HttpRequest, message_id: UUID, attachment_id: UUID) -> HttpResponse:
    """Take a piece, which is the body; `?offset` says where it begins."""
    attachment = open_own_attachment(access_of(request), message_id, attachment_id)
    try:
        received = take_in.append(attachment, _number(request.GET.get("offset")), request.body)
    except take_in.WrongOffset as wrong:
        return JsonResponse({"received": wrong.received}, status=409)
    except Refused as refused:
        return _refused(refused)
    except NoDraft:
        return HttpResponse(status=GONE)
    return JsonResponse({"received": received})


@staff
@require_POST
def finish(request: HttpRequest, message_id: UUID, attachment_id: UUID) -> HttpResponse:
    """The file is whole: have it checked."""
    attachment = open_own_attachment(access_of(request), message_id, attachment_id)
    try:
        finished = take_in.finish(attachment)
    except take_in.WrongOffset as wrong:
        return JsonResponse({"received": wrong.received}, status=409)
    except NoDraft:
        return HttpResponse(status=GONE)
    return JsonResponse({"state": finished.state})


@staff
def remove(request: HttpRequest, message_id: UUID, attachment_id: UUID) -> HttpResponse:
    """Ask, and take a file out of a draft."""
    access = access_of(request)
    attachment = open_own_attachment(access, message_id, attachment_id)
    if request.method == "POST":
        try:
            if take_in.remove(access, attachment) and not _is_script(request):
                notices.success(request, _("「%(name)s」を外しました。") % {"name": attachment.name})
        except NoDraft:
            notices.warning(request, _("このお知らせは、もう送信か予約がされています。"))
        if _is_script(request):
            return JsonResponse({})
        return redirect("console:attachments", message_id=message_id)
    return render(
        request,
        "console/ask.html",
        {
            "nav_current": "messages",
            "question": _("「%(name)s」を外しますか") % {"name": attachment.name},
            "detail": _("下書きから外します。お使いのパソコンのファイルはそのままです。"),
            "verb": _("外す"),
            "back_url": reverse("console:attachments", args=[message_id]),
            "back_label": _("添付ファイルに戻る"),
        },
    )


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _refused(refused: Refused) -> JsonResponse:
    return JsonResponse({"sentence": sentence(refused.refusal)}, status=422)


def _number(text: str | None) -> int:
    """What is no number is refused by its size, or answered with where to go on."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 12 else -1
