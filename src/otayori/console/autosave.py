"""Autosave: keep the draft while it is typed, for the script of the compose page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from otayori.accounts.access import access_of, staff
from otayori.console import conflict
from otayori.console.forms_compose import ComposeForm
from otayori.console.writing import keep, posted, revision_in
from otayori.core.moments import clock_text
from otayori.messaging import compose as drafts
from otayori.messaging import targets


@staff
@require_POST
def autosave(request: HttpRequest) -> HttpResponse:
    """Keep what the page holds, and say so as JSON.

    409: somebody else saved it meanwhile, and nothing was written. 410: it is no draft any more. 422: a
    target is not this person's. A session that ran out is 401 (`staff`): the page then asks to press the
    button, which keeps what was typed over signing in.
    """
    access = access_of(request)
    writing = posted(access, request.POST)
    form = ComposeForm(request.POST, writing.choices)
    form.is_valid()
    try:
        message = keep(access, writing, form, revision=revision_in(request.POST))
    except drafts.Conflict as error:
        said = conflict.told(access, error.theirs)
        return JsonResponse({"conflict": said, "revision": error.theirs.revision}, status=409)
    except drafts.NoDraft:
        return JsonResponse({"said": _("このお知らせは、もう送信か予約がされています。")}, status=410)
    except targets.NotYours:
        return JsonResponse({"said": _("選べない宛先が入っています。宛先を選び直してください。")}, status=422)
    answer: dict[str, Any] = {
        "id": str(message.id),
        "url": reverse("console:draft", args=[message.id]),
        "revision": message.revision,
        "saved_at": clock_text(message.changed_at),
        "unsaved": [str(form[name].label) for name in form.errors if name in form.fields],
    }
    return JsonResponse(answer)
