"""Compose: write a message, choose whom it is for, keep it as a draft."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from otayori.accounts.access import Access, access_of, staff
from otayori.accounts.interrupted import keeps_typing, owner_token, take_back
from otayori.console import sentences
from otayori.console.forms_compose import ComposeForm, typed_in
from otayori.console.target_choices import picked_students, picker, student_ticks
from otayori.delivery.parcel import Urgency
from otayori.messaging import compose as drafts
from otayori.messaging import confirm, discard, resolve, search_students, targets
from otayori.messaging.access import open_draft, open_message
from otayori.messaging.audience import Audience
from otayori.messaging.models import MOST_TEXT, MOST_TITLE, Category, Message
from otayori.messaging.senders import open_sender, sender_key, senders, usual_sender
from otayori.messaging.words import sender_of
from otayori.schools.models import School

Typed = MultiValueDict[str, str]


@dataclass(frozen=True)
class Writing:
    """In whose name (None: the board), and the draft that is gone on with; None: a new message."""

    sender: School | None
    message: Message | None


@keeps_typing
@staff
def compose(request: HttpRequest) -> HttpResponse:
    """A new message. Who sends it is chosen first, where there is a choice."""
    access = access_of(request)
    key = request.GET.get("from") or usual_sender(access)
    if key is None:
        return render(request, "console/choose_sender.html", _sender_choice(request, access))
    sender = open_sender(access, key)
    if request.method == "POST":
        return _keep(request, Writing(sender, None))
    typed = take_back(request)
    writing = Writing(sender, None)
    return _page(request, writing, typed=typed or _blank(request), restored=typed is not None)


@keeps_typing
@staff
def draft(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """A draft to go on with. `?check` shows what it lacks before it can be sent."""
    access = access_of(request)
    if open_message(access, message_id).state == Message.State.APPROVAL:
        notices.info(request, _("承認を待っています。直すときは、先に依頼を取り下げてください。"))
        return redirect("console:message", message_id=message_id)
    if open_message(access, message_id).state == Message.State.SCHEDULED:
        notices.info(request, _("このお知らせは予約されています。直すときは、先に予約を取り消してください。"))
        return redirect("console:message", message_id=message_id)
    message = open_draft(access, message_id)
    writing = Writing(message.school, message)
    if request.method == "POST":
        return _keep(request, writing)
    typed = take_back(request)
    return _page(request, writing, typed=typed or typed_in(message), restored=typed is not None)


@keeps_typing
@staff
@require_POST
def audience_count(request: HttpRequest) -> HttpResponse:
    """The live count beside the target (htmx)."""
    access = access_of(request)
    sender = open_sender(access, request.POST.get("sender", ""))
    form = ComposeForm(request.POST, targets.choices(access, sender))
    form.is_valid()
    audience = Audience(include=tuple(form.cleaned_data["to"]))
    try:
        targets.check(access, sender, audience)
    except targets.NotYours as error:
        raise Http404 from error
    return render(request, "console/audience_count_part.html", _count(sender, audience))


@keeps_typing
@staff
@require_POST
def student_search(request: HttpRequest) -> HttpResponse:
    """Single students by name or kana (htmx). By POST: a name has no business in an address or a log."""
    access = access_of(request)
    school = open_sender(access, request.POST.get("sender", ""))
    if school is None:
        raise Http404
    ticked = set(request.POST.getlist("to"))
    found = _found(access, school, request.POST)
    picked = picked_students(access, school, ticked)
    return render(request, "console/student_picker.html", {"picked": picked, **found})


@staff
def discard_draft(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Ask, and throw a draft away."""
    access = access_of(request)
    message = open_draft(access, message_id)
    if request.method == "POST":
        if discard.discard(access, message):
            notices.success(request, _("下書きを削除しました。"))
        return redirect("console:messages")
    return render(
        request,
        "console/ask.html",
        {
            "nav_current": "messages",
            "question": _("下書き「%(title)s」を削除しますか") % {"title": message.title or _("題名なし")},
            "detail": _("元に戻すことはできません。"),
            "verb": _("削除する"),
            "back_url": reverse("console:draft", args=[message.id]),
            "back_label": _("下書きに戻る"),
        },
    )


def _keep(request: HttpRequest, writing: Writing) -> HttpResponse:
    """Keep what was posted, then lead on: to the confirm page, or back to the draft."""
    access = access_of(request)
    sender, message = writing.sender, writing.message
    form = ComposeForm(request.POST, targets.choices(access, sender))
    if request.POST.get("action") == "search" or not form.is_valid():
        return _page(request, writing, typed=request.POST, form=form)
    try:
        if message is None:
            message = drafts.start_draft(access, sender, form.words())
        else:
            message = drafts.save_draft(access, message, form.words(drafts.audience_of(message)))
    except targets.NotYours:
        form.add_error("to", _("選べない宛先が入っています。宛先を選び直してください。"))
        return _page(request, writing, typed=request.POST, form=form)
    except drafts.NoDraft:
        notices.warning(
            request, _("このお知らせは、もう送信か予約がされています。いまの変更は送られていません。")
        )
        return redirect("console:messages")
    if request.POST.get("action") != "confirm":
        notices.success(request, _("下書きを保存しました。まだ送信していません。"))
        return redirect("console:draft", message_id=message.id)
    if confirm.look(message).lacks:
        return redirect(f"{reverse('console:draft', args=[message.id])}?check=1")
    return redirect("console:confirm", message_id=message.id)


def _page(
    request: HttpRequest,
    writing: Writing,
    *,
    typed: Typed,
    form: ComposeForm | None = None,
    restored: bool = False,
) -> HttpResponse:
    access = access_of(request)
    sender, message = writing.sender, writing.message
    choices = targets.choices(access, sender)
    form = form or ComposeForm(typed, choices)
    form.is_valid()
    if message is not None and "check" in request.GET:
        form.refuse(confirm.look(message).lacks)
    shown = picker(access, choices, form.ticked)
    context: dict[str, Any] = {
        "nav_current": "messages",
        "form": form,
        "message": message,
        "restored": restored,
        "sender": sender,
        "sender_key": sender_key(sender),
        "sender_name": sender_of(Message(school=sender)),
        "may_change_sender": message is None and len(senders(access)) > 1 and not access.is_board,
        "picker": shown,
        "picked": shown.students,
        "owner": owner_token(access.user),
        "most_title": MOST_TITLE,
        "most_text": MOST_TEXT,
        **_count(sender, Audience(include=tuple(form.cleaned_data.get("to", ())))),
    }
    if sender is not None:
        context |= _found(access, sender, typed)
    return render(request, "console/compose.html", context)


def _blank(request: HttpRequest) -> Typed:
    """An empty message; the target starts empty, whatever led here."""
    typed: Typed = MultiValueDict()
    if request.GET.get("urgency") == Urgency.EMERGENCY:
        typed["urgency"], typed["category"] = Urgency.EMERGENCY.value, Category.SAFETY.value
    return typed


def _count(sender: School | None, audience: Audience) -> dict[str, Any]:
    reach = resolve.reach(audience)
    noun = sentences.children_word(sentences.kinds_of(sender))
    return {"reach": reach, "noun": noun, "is_untouched": audience.is_empty}


def _found(access: Access, school: School, typed: Typed) -> dict[str, Any]:
    """Students found by what stands in the search field, without those already picked."""
    query = typed.get("student", "")
    ticked = set(typed.getlist("to"))
    ticks = student_ticks(search_students.search(access, school, query), ticked) if query else []
    return {"query": query, "found": [tick for tick in ticks if not tick.ticked], "is_searched": bool(query)}


def _sender_choice(request: HttpRequest, access: Access) -> dict[str, Any]:
    """The schools a person may write for, each with the address of its compose page."""
    options = []
    for sender in senders(access):
        query = request.GET.copy()
        query["from"] = sender_key(sender)
        name = sender_of(Message(school=sender))
        options.append({"name": name, "url": f"{reverse('console:compose')}?{query.urlencode()}"})
    return {"nav_current": "messages", "options": options}
