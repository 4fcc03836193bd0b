"""Compose: write a message, choose whom it is for, keep it as a draft."""

from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otayori.accounts.access import Access, access_of, staff
from otayori.accounts.interrupted import keeps_typing, owner_token, take_back
from otayori.console import audience, conflict, saved_audiences
from otayori.console.calendar import chosen_day
from otayori.console.forms_compose import NOT, TO, ComposeForm, typed_in
from otayori.console.target_choices import leaving_out, picker
from otayori.console.writing import Writing, beginning, draft_id_in, going_on, keep, posted, revision_in
from otayori.core.moments import clock_text
from otayori.delivery.parcel import Urgency
from otayori.messaging import compose as drafts
from otayori.messaging import confirm, discard, targets
from otayori.messaging.access import may_change, open_draft, open_message
from otayori.messaging.models import MOST_TEXT, MOST_TITLE, Category, Message
from otayori.messaging.saved_audiences import saved_for
from otayori.messaging.senders import open_sender, sender_key, senders, usual_sender
from otayori.messaging.words import sender_of

Typed = MultiValueDict[str, str]


LOOK_UPS = ("search", "names", "restore", "leave_out")  # buttons that keep nothing
CATEGORY_MEANINGS = {
    Category.SAFETY: gettext_lazy("不審者、地震、大雨、休校や引き渡しなど"),
    Category.INCIDENT: gettext_lazy("けが、事故、盗難など、起きたことの連絡"),
    Category.EVENT: gettext_lazy("運動会、遠足、保護者会など"),
    Category.SCHOOL_LIFE: gettext_lazy("持ち物、給食、下校時刻など、毎日のこと"),
    Category.OTHER: gettext_lazy("ほかのどれにも当てはまらないもの"),
}


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
        mine = {"sender": key, "draft": request.POST.get("draft", "")}
        return _posted(request, posted(access, mine))
    typed = take_back(request)
    writing = beginning(access, sender, draft_id_in(typed) if typed else None)
    return _page(request, writing, typed or _blank(request), restored=typed is not None)


@keeps_typing
@staff
def draft(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """A draft to go on with. `?check` shows what it lacks before it can be sent."""
    access = access_of(request)
    message = open_message(access, message_id)
    if message.state == Message.State.APPROVAL:
        notices.info(request, _("承認を待っています。直すときは、先に依頼を取り下げてください。"))
        return redirect("console:message", message_id=message_id)
    if message.state == Message.State.SCHEDULED:
        notices.info(request, _("このお知らせは予約されています。直すときは、先に予約を取り消してください。"))
        return redirect("console:message", message_id=message_id)
    if not may_change(access, message):
        raise Http404
    if message.state != Message.State.DRAFT:  # the way back, or a second window
        notices.info(request, _("このお知らせは、もう送信しています。直すときは、訂正を送ってください。"))
        return redirect("console:message", message_id=message_id)
    writing = going_on(access, message)
    if request.method == "POST":
        return _posted(request, writing)
    typed = take_back(request)
    as_kept = typed_in(message, writing.choices)
    return _page(request, writing, typed or as_kept, restored=typed is not None)


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


def _posted(request: HttpRequest, writing: Writing) -> HttpResponse:
    """Do what the pressed button says: look something up and show the page again, or keep the draft."""
    action = request.POST.get("action", "")
    form = ComposeForm(request.POST, writing.choices)
    if "names_page" in request.POST:
        action = "names"
    if action in LOOK_UPS or "open" in request.POST:
        return _page(request, writing, request.POST, asked=action)
    if action in ("take_audience", "keep_audience"):
        return _page(request, writing, saved_audiences.pressed(access_of(request), form, request))
    if not form.is_valid():
        return _page(request, writing, request.POST, form=form)
    return _keep(request, writing, form)


def _keep(request: HttpRequest, writing: Writing, form: ComposeForm) -> HttpResponse:
    """Keep what was posted, then lead on: to the confirm page, or back to the draft."""
    action = request.POST.get("action", "")
    revision = revision_in(request.POST, "their_revision" if action == "mine" else "revision")
    try:
        message = keep(access_of(request), writing, form, revision=revision)
    except targets.NotYours:
        form.add_error("to", _("選べない宛先が入っています。宛先を選び直してください。"))
        return _page(request, writing, request.POST, form=form)
    except drafts.Conflict as error:
        both = conflict.context(access_of(request), form, error.theirs)
        return _page(request, writing, request.POST, form=form, conflict=both)
    except drafts.NoDraft:
        notices.warning(
            request, _("このお知らせは、もう送信か予約がされています。いまの変更は送られていません。")
        )
        return redirect("console:messages")
    if action == "preview":
        return redirect("console:preview", message_id=message.id)
    if action != "confirm":
        notices.success(request, _("下書きを保存しました。まだ送信していません。"))
        return redirect("console:draft", message_id=message.id)
    if confirm.look(message).lacks:
        return redirect(f"{reverse('console:draft', args=[message.id])}?check=1")
    return redirect("console:confirm", message_id=message.id)


def _page(
    request: HttpRequest, writing: Writing, typed: Typed, *, form: ComposeForm | None = None, **more: Any
) -> HttpResponse:
    """Show the page. `more`: restored, asked (a look-up), conflict."""
    access = access_of(request)
    message = writing.message
    form = form or ComposeForm(typed, writing.choices)
    form.is_valid()
    # of a POST what was typed counts, and not what is kept
    if message is not None and "check" in request.GET and request.method != "POST":
        form.refuse(confirm.look(message).lacks)
    context: dict[str, Any] = {
        "nav_current": "messages",
        "form": form,
        "message": message,
        "owner": owner_token(access.user),
        "most_title": MOST_TITLE,
        "most_text": MOST_TEXT,
        "categories": [
            {"value": one.value, "label": one.label, "meaning": meaning}
            for one, meaning in CATEGORY_MEANINGS.items()
        ],
        "saved_audiences": saved_for(access, writing.sender),
        **_sender(access, writing),
        **_revision(access, writing, typed),
        **_targets(access, writing, form, typed),
        **more,
    }
    if more.get("asked") == "names" and form.audience.include:
        context |= audience.names(access, form, typed)
    return render(request, "console/compose.html", context)


def _sender(access: Access, writing: Writing) -> dict[str, Any]:
    return {
        "sender": writing.sender,
        "sender_key": sender_key(writing.sender),
        "sender_name": sender_of(Message(school=writing.sender)),
        "may_change_sender": writing.message is None and len(senders(access)) > 1 and not access.is_board,
    }


def _revision(access: Access, writing: Writing, typed: Typed) -> dict[str, Any]:
    """Which revision the page begins with; who else is writing on the draft."""
    message = writing.message
    kept = message.revision if message else ""
    return {
        "draft_id": writing.draft_id,
        "revision": revision_in(typed) or kept,
        "other_editor": _other_editor(access, message) if message else "",
    }


def _other_editor(access: Access, message: Message) -> str:
    """鈴木 校長 さんが 13:05 に編集しています。 "" when nobody else has been at it just now."""
    other = drafts.other_editor(access, message)
    if other is None:
        return ""
    words = {"name": other.name, "at": clock_text(message.changed_at)}
    return _("%(name)s さんが %(at)s に編集しています。") % words


def _targets(access: Access, writing: Writing, form: ComposeForm, typed: Typed) -> dict[str, Any]:
    opened = [*typed.getlist("open"), *typed.getlist("opened")]
    choice = picker(form, opened)
    context: dict[str, Any] = {
        "picker": choice,
        "beyond": choice.beyond,
        **audience.count(form),
    }
    if writing.sender is not None:
        context["to_found"] = audience.found(access, writing.sender, typed, part=TO)
        context["not_found"] = audience.found(access, writing.sender, typed, part=NOT)
    if _leaves_out(form, typed, opened):
        context["leaving_out"] = less = leaving_out(form, opened)
        context["beyond"] += less.beyond
    return context


def _leaves_out(form: ComposeForm, typed: Typed, opened: list[str]) -> bool:
    """Tell whether the second choice, of whom to leave out, has to be seen."""
    is_open = any(key.startswith(f"{NOT}:") for key in opened)
    return bool(form.ticked(NOT) or typed.get("student_not") or is_open or typed.get("action") == "leave_out")


def _blank(request: HttpRequest) -> Typed:
    """An empty message; the target starts empty, whatever led here."""
    typed: Typed = MultiValueDict()
    if request.GET.get("urgency") == Urgency.EMERGENCY:
        typed["urgency"], typed["category"] = Urgency.EMERGENCY.value, Category.SAFETY.value
    typed.update(chosen_day(request))
    return typed


def _sender_choice(request: HttpRequest, access: Access) -> dict[str, Any]:
    """The schools a person may write for, each with the address of its compose page."""
    options = []
    for sender in senders(access):
        query = request.GET.copy()
        query["from"] = sender_key(sender)
        name = sender_of(Message(school=sender))
        options.append({"name": name, "url": f"{reverse('console:compose')}?{query.urlencode()}"})
    return {"nav_current": "messages", "options": options}
