"""The emergency page: choose a template, fill it in, choose whom, press one red button."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
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
from otayori.console.forms_compose import TO, ComposeForm, typed_in
from otayori.console.forms_templates import SlotsForm
from otayori.console.target_choices import all_at_once
from otayori.console.templates_pages import classroom_labels, icon_of
from otayori.core.ids import new_id
from otayori.delivery.parcel import Urgency
from otayori.messaging import confirm, emergency, slots, targets
from otayori.messaging.access import open_draft
from otayori.messaging.compose import Missing, NoDraft, Words, audience_of
from otayori.messaging.describe import names_of
from otayori.messaging.dispatch import dispatch
from otayori.messaging.models import Category, Message, MessageTemplate
from otayori.messaging.rules import needs_approval
from otayori.messaging.senders import open_sender, sender_key, senders, usual_sender
from otayori.messaging.templates import open_template, slots_of, templates_for
from otayori.messaging.words import sender_of
from otayori.schools.models import School

Typed = MultiValueDict[str, str]


@dataclass
class Writing:
    """What is being written, in whose name, and by which id it is kept."""

    sender: School | None
    draft_id: UUID
    template: MessageTemplate | None
    typed: Typed
    choices: targets.Choices

    def __post_init__(self) -> None:
        # a draft that still names slots, of a template nobody remembers, has fields for them too
        raw = f"{self.typed.get('title', '')}\n{self.typed.get('text', '')}"
        wanted = slots_of(self.template) if self.template else slots.named(raw, [])
        self.slots = SlotsForm(wanted, self.typed)
        self.form = ComposeForm(self._filled(), self.choices)
        self.form.is_valid()

    def _filled(self) -> Typed:
        """What was typed with the slots filled in, for a browser without script too."""
        filled, told = self.typed.copy(), self.slots.values()
        for name in ("title", "text"):
            filled[name] = slots.fill(filled.get(name, "").replace("\r\n", "\n"), told)
        filled["urgency"] = Urgency.EMERGENCY.value
        return filled

    def words(self) -> Words:
        """Return what is to be kept."""
        return self.form.words()


@keeps_typing
@staff
def page(request: HttpRequest) -> HttpResponse:
    """The templates; with one of them (or none) chosen, the message to fill in."""
    access = access_of(request)
    emergency.get_ready()
    if request.method == "POST":
        return _act(request, access)
    if draft_id := _uuid(request.GET.get("draft", "")):
        return _go_on(request, access, draft_id)
    key = request.GET.get("from") or usual_sender(access)
    if key is None:
        return render(request, "console/choose_sender.html", _sender_choice(request, access))
    sender = open_sender(access, key)
    if (kept := take_back(request)) is not None:
        return _form(request, _writing(access, kept), restored=True)
    if "template" not in request.GET:
        return _choose(request, sender)
    typed: Typed = MultiValueDict({"sender": [key], "template": [request.GET["template"]]})
    typed["draft"] = request.GET.get("reuse", "")
    return _form(request, _writing(access, _begin(access, typed)))


@keeps_typing
@staff
@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """Whom it reaches, in words, with the button (htmx). What was typed is kept as a draft with it."""
    access = access_of(request)
    writing = _writing(access, request.POST)
    if writing.form.errors:
        return render(request, "console/emergency_live.html", _nothing(writing))
    try:
        message = emergency.keep(access, writing.sender, writing.draft_id, writing.words())
    except targets.NotYours as error:
        raise Http404 from error
    except NoDraft:
        return _away(request, reverse("console:message", args=[writing.draft_id]))
    response = render(request, "console/emergency_live.html", _live(access, writing, message))
    response["HX-Replace-Url"] = f"{reverse('console:emergency')}?{urlencode({'draft': message.id})}"
    return response


def _act(request: HttpRequest, access: Access) -> HttpResponse:
    """Send what was counted, or lead to the confirm page; what was typed is kept before anything else."""
    writing = _writing(access, request.POST)
    if writing.form.errors:
        return _form(request, writing)
    try:
        message = emergency.keep(access, writing.sender, writing.draft_id, writing.words())
    except targets.NotYours:
        writing.form.add_error("to", _("選べない宛先が入っています。宛先を選び直してください。"))
        return _form(request, writing)
    except NoDraft:  # the button pressed twice
        return redirect("console:message", message_id=writing.draft_id)
    seen = request.POST.get("seen", "")
    if request.POST.get("action") == "send" and seen and not needs_approval(access, message):
        return _send(request, access, message.id)
    writing.form.refuse(confirm.look(message).lacks)
    if writing.form.errors:
        return _form(request, writing)
    return redirect("console:confirm", message_id=message.id)


def _send(request: HttpRequest, access: Access, message_id: UUID) -> HttpResponse:
    try:
        dispatch(access, message_id, request.POST["seen"])
    except emergency.REFUSALS:
        words = _("まだ送信していません。内容と宛先を確かめて、もう一度送信してください。")
        notices.warning(request, words)
        return redirect("console:confirm", message_id=message_id)
    return redirect("console:message", message_id=message_id)


def _go_on(request: HttpRequest, access: Access, draft_id: UUID) -> HttpResponse:
    """A draft that this page kept: after a reload, or on another phone."""
    message = open_draft(access, draft_id)
    audience = audience_of(message)
    beyond = audience.exclude or any(target.kind in ("group", "student") for target in audience.include)
    if message.urgency != Urgency.EMERGENCY or beyond:  # this page would not show, and so lose, something
        return redirect("console:draft", message_id=message.id)
    if (kept := take_back(request)) is not None:
        return _form(request, _writing(access, kept), restored=True)
    typed = typed_in(message, targets.choices(access, message.school))
    typed["sender"], typed["draft"] = sender_key(message.school), str(message.id)
    return _form(request, _writing(access, typed))


def _writing(access: Access, typed: Typed) -> Writing:
    sender = open_sender(access, typed.get("sender", ""))
    template_id = _uuid(typed.get("template", ""))
    return Writing(
        sender=sender,
        draft_id=_uuid(typed.get("draft", "")) or new_id(),
        template=open_template(access, template_id) if template_id else None,
        typed=typed,
        choices=targets.choices(access, sender),
    )


def _begin(access: Access, typed: Typed) -> Typed:
    """Put the words of the chosen template in, its slots still to be seen; whom it goes to stays empty."""
    template_id = _uuid(typed["template"])
    if template_id is None:
        typed["category"] = Category.SAFETY.value
        return typed
    template = open_template(access, template_id)
    typed["title"], typed["text"], typed["category"] = template.title, template.text, template.category
    return typed


def _choose(request: HttpRequest, sender: School | None) -> HttpResponse:
    found = [one for one in templates_for(sender) if one.urgency == Urgency.EMERGENCY]
    query = {"from": sender_key(sender)}
    if reuse := _uuid(request.GET.get("reuse", "")):
        query["reuse"] = str(reuse)
    context = {
        "nav_current": "emergency",
        "sender_name": sender_of(Message(school=sender)),
        "buttons": [
            {"icon": icon_of(one), "name": one.name, "query": urlencode(query | {"template": one.id})}
            for one in found
        ],
        "bare_query": urlencode(query | {"template": "none"}),
    }
    return render(request, "console/emergency_choose.html", context)


def _form(request: HttpRequest, writing: Writing, *, restored: bool = False) -> HttpResponse:
    access = access_of(request)
    raw = writing.typed if writing.slots.fields else writing.form.data
    context = {
        "nav_current": "emergency",
        "writing": writing,
        "form": writing.form,
        "raw": {name: raw.get(name, "") for name in ("title", "text")},
        "restored": restored,
        "owner": owner_token(access.user),
        "sender_key": sender_key(writing.sender),
        "sender_name": sender_of(Message(school=writing.sender)),
        "picker": all_at_once(writing.form),
        "is_ticked": bool(writing.form.ticked(TO)),
        "classrooms": classroom_labels(writing.choices),
        "again_query": urlencode({"from": sender_key(writing.sender), "reuse": writing.draft_id}),
        **_nothing(writing),
    }
    return render(request, "console/emergency.html", context)


def _nothing(writing: Writing) -> dict[str, Any]:
    """The live part before anything was counted: script counts at once where something is ticked."""
    return {"lacks": [], "sentence": "", "is_untouched": not writing.form.ticked(TO)}


def _live(access: Access, writing: Writing, message: Message) -> dict[str, Any]:
    seen = confirm.look(message)
    audience = audience_of(message)
    of_board = message.school is None
    schools = [s for s in access.schools if of_board and s.id in seen.reach.by_school]
    noun = sentences.children_word({s.kind for s in schools} or sentences.kinds_of(message.school))
    parts = names_of([audience]).words(audience, message.school)
    whom = "" if audience.is_empty else sentences.whom(message, parts, schools)
    asks = needs_approval(access, message)
    return {
        "seen": seen,
        "sentence": _sentence(whom, f"{seen.reach.guardians:,}", asks=asks) if whom else "",
        "missed": sentences.missed_sentence(seen.reach, noun),
        "lacks": _lacks(writing, message, seen.lacks),
        "is_untouched": audience.is_empty,
        "asks": asks,
    }


def _sentence(whom: str, guardians: str, *, asks: bool) -> str:
    """What pressing the button means: who has to ask must not take it for sent."""
    people = {"whom": whom, "guardians": guardians}
    if asks:
        return _("%(whom)sの保護者 %(guardians)s人に送るには、管理職の承認が必要です。") % people
    return _("%(whom)sの保護者 %(guardians)s人に、いますぐ送ります。") % people


def _lacks(writing: Writing, message: Message, lacks: list[Missing]) -> list[dict[str, str]]:
    """What is missing, each with the field it is missing from: the slots by their names."""
    left = slots.unfilled(f"{message.title}\n{message.text}")
    fields = {slot.key: f"id_slot-{place}" for place, slot in enumerate(writing.slots.slots)}
    names = {slot.key: slot.name for slot in writing.slots.slots}
    found = [
        {
            "text": _("「%(name)s」を入れてください。") % {"name": names.get(key, key)},
            "target": fields.get(key, "id_text"),
        }
        for key in left
    ]
    writing.form.refuse([lack for lack in lacks if lack != Missing.SLOT])
    for name, errors in writing.form.errors.items():
        target = "emergency-whom" if name == "to" else f"id_{name}"
        found += [{"text": str(error), "target": target} for error in errors]
    return found


def _away(request: HttpRequest, address: str) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": address})


def _uuid(word: object) -> UUID | None:
    try:
        return UUID(str(word))
    except ValueError:
        return None


def _sender_choice(request: HttpRequest, access: Access) -> dict[str, Any]:
    """The schools a person may write for, each with the address of its emergency page."""
    here = reverse("console:emergency")
    options = [
        {"name": sender_of(Message(school=one)), "url": f"{here}?{urlencode({'from': sender_key(one)})}"}
        for one in senders(access)
    ]
    return {"nav_current": "emergency", "options": options}
