"""Correct: the words as they should have been, what changes shown, and told to everybody."""

from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from otayori.accounts.access import Access, access_of, staff
from otayori.console import findings
from otayori.console.after import closed_sentence
from otayori.console.forms_after import CorrectForm
from otayori.core import clock
from otayori.messaging import correct as correcting
from otayori.messaging import follow_up
from otayori.messaging.access import open_released
from otayori.messaging.changes import changed_words
from otayori.messaging.models import Message
from otayori.messaging.rules import NeedsApproval
from otayori.messaging.send import NotReady
from otayori.messaging.words import sender_of


@staff
def correct(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """The form with the present words; then what changes and for whom; then it is sent."""
    access = access_of(request)
    message = open_released(access, message_id, own=True)
    if (why := follow_up.why_closed(message, clock.now())) is not None:
        notices.warning(request, closed_sentence(why))
        return redirect("console:message", message_id=message.id)
    if not correcting.may_correct(access, message):
        return render(request, "console/correct_not_alone.html", _context(message))
    if request.method != "POST":
        return _form(request, message, CorrectForm.of(message))
    form = CorrectForm(request.POST)
    if not form.is_valid() or request.POST.get("action") == "edit":
        return _form(request, message, form)
    if request.POST.get("action") == "send":
        return _send(request, access, message, form)
    words = form.words()
    if (words.title, words.text) == (message.title, message.text):
        form.add_error("text", _unchanged())
        return _form(request, message, form)
    return render(request, "console/correct_confirm.html", _context(message) | _changes(message, form))


def _send(request: HttpRequest, access: Access, message: Message, form: CorrectForm) -> HttpResponse:
    try:
        correcting.correct(access, message.id, form.words(), seen=form.cleaned_data["seen"])
    except correcting.Superseded:
        return _superseded(request, message)
    except NeedsApproval:  # the rules were changed just now: the page says who corrects it
        return redirect("console:correct", message_id=message.id)
    except correcting.Unchanged:
        form.add_error("text", _unchanged())
        return _form(request, message, form)
    except NotReady as refusal:
        form.refuse(refusal.lacks)
        return _form(request, message, form)
    except correcting.Found as refusal:
        form.add_error("text", findings.told(refusal.findings))
        return _form(request, message, form)
    except follow_up.Closed as refusal:
        notices.warning(request, closed_sentence(refusal.why))
    else:
        notices.success(request, _("訂正しました。受け取った方全員に、訂正を知らせています。"))
    return redirect("console:message", message_id=message.id)


def _superseded(request: HttpRequest, message: Message) -> HttpResponse:
    """Show what was typed against what the other person has made of it: nothing typed is lost."""
    message.refresh_from_db()
    notices.warning(
        request, _("ほかの人が先に訂正しました。いまの内容を確かめて、もう一度訂正してください。")
    )
    typed = request.POST.copy()
    typed["seen"] = str(message.version)
    form = CorrectForm(typed)
    form.is_valid()  # it was, a moment ago
    return render(request, "console/correct_confirm.html", _context(message) | _changes(message, form))


def _unchanged() -> str:
    return _("題名も本文も変わっていません。もう一度知らせるだけなら、再通知を使ってください。")


def _form(request: HttpRequest, message: Message, form: CorrectForm) -> HttpResponse:
    return render(request, "console/correct.html", _context(message) | {"form": form})


def _context(message: Message) -> dict[str, Any]:
    return {"nav_current": "messages", "message": message, "sender_name": sender_of(message)}


def _changes(message: Message, form: CorrectForm) -> dict[str, Any]:
    words, people = form.words(), follow_up.recipients_left(message)
    count = people.count()
    return {
        "form": form,
        "note": words.note,
        "title_changes": changed_words(message.title, words.title),
        "text_changes": changed_words(message.text, words.text),
        "people": count,
        "no_way": count - follow_up.with_a_way(people).count(),
    }
