"""Copy a message as a new draft."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from otayori.accounts.access import access_of, staff
from otayori.messaging.access import may_read_words, open_message
from otayori.messaging.copy import Copied, copy_as_new, sender_for
from otayori.messaging.models import Message


@staff
@require_POST
def copy_message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Make a draft of this person's from it, and lead there."""
    access = access_of(request)
    message = open_message(access, message_id)
    if not may_read_words(access, message):
        raise Http404
    copied = copy_as_new(access, message, sender_for(access, message))
    _say(request, message, copied)
    return redirect("console:draft", message_id=copied.message.id)


def _say(request: HttpRequest, source: Message, copied: Copied) -> None:
    notices.success(request, _("コピーして、新しい下書きを作りました。宛先は空です。選んでください。"))
    if copied.files:
        notices.warning(
            request, _("コピーした添付ファイルがあります。今年度のものか、開いて確かめてください。")
        )
    if copied.left_out:
        sentence = _("確認が済んでいないなどのため、%(n)s個の添付ファイルはコピーしていません。")
        notices.warning(request, sentence % {"n": copied.left_out})
    if source.individual:
        notices.warning(
            request,
            _("個別のお知らせのコピーです。お名前など、その方だけの内容が残っていないか確かめてください。"),
        )
    if source.recalled_at is not None:
        notices.warning(
            request, _("取り消したお知らせのコピーです。取り消した原因が残っていないか確かめてください。")
        )
