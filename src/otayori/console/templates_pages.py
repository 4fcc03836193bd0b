"""ひな形: to begin a message with one, and to make those of a school or of the board."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otayori.accounts.access import Access, access_of, manager_only, open_school, staff
from otayori.console.forms_templates import SlotsForm, TemplateForm, typed_in
from otayori.console.place import address, school_in_view
from otayori.delivery.parcel import Urgency
from otayori.messaging import slots, starter_templates, targets
from otayori.messaging import templates as verbs
from otayori.messaging.compose import Words, start_draft
from otayori.messaging.models import Category, Message, MessageTemplate
from otayori.messaging.senders import open_sender, sender_key, senders, usual_sender
from otayori.messaging.templates import NameTaken
from otayori.messaging.words import sender_of
from otayori.schools.models import School, Ward

# What a template's name speaks of, and its picture; the first that fits.
_ICONS = [
    ("不審", "eye"),
    ("引き渡し|迎え", "people"),
    ("地震", "quake"),
    ("台風|大雨|大雪|暴風", "storm"),
    ("休校|休園", "school"),
    ("遅らせ|遅れ", "clock"),
    ("停電|断水", "power"),
    ("閉鎖|感染", "thermometer"),
    ("クマ|熊|動物|イノシシ", "paw"),
    ("解除|安全", "check-circle"),
]


def icon_of(template: MessageTemplate) -> str:
    """Return the picture that stands beside the template's name."""
    for words, icon in _ICONS:
        if any(word in template.name for word in words.split("|")):
            return icon
    return "emergency" if template.urgency == Urgency.EMERGENCY else "file"


def classroom_labels(choices: targets.Choices) -> list[str]:
    """Return what a slot for a class offers."""
    return [room.label for room in choices.classrooms]


@staff
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """The templates as cards, to begin a message with."""
    access = access_of(request)
    key = request.GET.get("from") or usual_sender(access)
    if key is None:
        return render(request, "console/choose_sender.html", _sender_choice(access))
    sender = open_sender(access, key)
    found = verbs.templates_for(sender)
    context = {
        "nav_current": "messages",
        "sender_key": key,
        "sender_name": sender_of(Message(school=sender)),
        "usual": [one for one in found if one.urgency != Urgency.EMERGENCY],
        "urgent": [(one, icon_of(one)) for one in found if one.urgency == Urgency.EMERGENCY],
    }
    return render(request, "console/template_choose.html", context)


@staff
def use(request: HttpRequest, template_id: UUID) -> HttpResponse:
    """Fill the slots in, and go on in a new draft; whom it goes to is chosen there."""
    access = access_of(request)
    template = verbs.open_template(access, template_id)
    sender = open_sender(access, request.GET.get("from") or usual_sender(access) or "")
    form = SlotsForm(verbs.slots_of(template), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        message = start_draft(access, sender, _filled(template, form))
        return redirect("console:draft", message_id=message.id)
    context = {
        "nav_current": "messages",
        "template": template,
        "form": form,
        "shown": _words(template, form),
        "sender_key": sender_key(sender),
        "sender_name": sender_of(Message(school=sender)),
        "classrooms": classroom_labels(targets.choices(access, sender)),
    }
    return render(request, "console/template_use.html", context)


@staff
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """The templates of the school in view and the board's; without a school, the board's."""
    access, school = access_of(request), school_in_view(request)
    own = list(verbs.templates_of(school))
    names = {one.name for one in own}
    board = [] if school is None else list(verbs.templates_of(None))
    context = {
        "nav_current": "settings",
        "school": school,
        "board_name": Ward.objects.get().board,
        "own": [(one, icon_of(one)) for one in own],
        "board": [(one, icon_of(one), one.name in names) for one in board],
        "may_change": access.manages(school.id) if school else access.is_board,
        "may_start": access.is_board and school is None,
    }
    return render(request, "console/templates.html", context)


@staff
def make(request: HttpRequest) -> HttpResponse:
    """A new template of the school in view, or of the board."""
    access, school = access_of(request), school_in_view(request)
    manager_only(access, school.id if school else None)
    urgency = request.GET.get("urgency", Urgency.NORMAL.value)
    blank = {"urgency": urgency, "category": Category.SCHOOL_LIFE.value}
    form = TemplateForm(request.POST if request.method == "POST" else blank)
    if _is_to_be_kept(request) and form.is_valid():
        try:
            verbs.make(access, school, form.told())
        except NameTaken:
            _refuse_name(form)
        else:
            notices.success(request, _("ひな形を作りました。"))
            return redirect(address("console:templates", school))
    return _editor(request, form, school)


@staff
def change(request: HttpRequest, template_id: UUID) -> HttpResponse:
    """Change a template of the own school, or of the board."""
    access = access_of(request)
    template = verbs.open_own(access, template_id)
    told = verbs.told_by(template)
    form = TemplateForm(request.POST if request.method == "POST" else typed_in(told), told.slots)
    if _is_to_be_kept(request) and form.is_valid():
        try:
            verbs.change(access, template, form.told())
        except NameTaken:
            _refuse_name(form)
        else:
            notices.success(request, _("ひな形を保存しました。"))
            return redirect(address("console:templates", template.school))
    return _editor(request, form, template.school, template=template)


@staff
@require_POST
def parts(request: HttpRequest) -> HttpResponse:
    """The slots of the text and how it will read, while one types (htmx). Nothing is kept."""
    access = access_of(request)
    if not any(access.manages(school.id) for school in access.schools):
        raise Http404
    form = TemplateForm(request.POST)
    for line in form.lines:
        line.is_valid()
    return render(request, "console/template_parts.html", {"form": form, **_preview(form)})


@staff
@require_POST
def move(request: HttpRequest, template_id: UUID) -> HttpResponse:
    """One place up or down."""
    template = verbs.open_own(access_of(request), template_id)
    verbs.move(template, -1 if request.POST.get("to") == "up" else 1)
    return redirect(address("console:templates", template.school) + f"#template-{template.id}")


@staff
@require_POST
def copy(request: HttpRequest, template_id: UUID) -> HttpResponse:
    """Copy one of the board's to the school, to be changed there."""
    access = access_of(request)
    template = verbs.open_template(access, template_id)
    school = open_school(access, request.POST.get("school", ""))
    manager_only(access, school.id)
    if template.school_id is not None:
        raise Http404
    try:
        copied = verbs.copy(access, template, school)
    except NameTaken:
        notices.info(request, _("「%(name)s」は、もう学校のひな形にあります。") % {"name": template.name})
        return redirect(address("console:templates", school))
    notices.success(request, _("学校のひな形に写しました。学校に合わせて直してください。"))
    return redirect("console:template", template_id=copied.id)


@staff
def retire(request: HttpRequest, template_id: UUID) -> HttpResponse:
    """Ask, and offer a template no more."""
    access = access_of(request)
    template = verbs.open_own(access, template_id)
    back = address("console:templates", template.school)
    if request.method == "POST":
        verbs.retire(access, template)
        notices.success(request, _("「%(name)s」を使うのをやめました。") % {"name": template.name})
        return redirect(back)
    context = {
        "nav_current": "settings",
        "question": _("ひな形「%(name)s」を使うのをやめますか") % {"name": template.name},
        "detail": _("ひな形の一覧に出なくなります。このひな形で送ったお知らせは、そのまま残ります。"),
        "verb": _("使うのをやめる"),
        "back_url": back,
        "back_label": _("ひな形の一覧に戻る"),
    }
    return render(request, "console/ask.html", context)


@staff
@require_POST
def starters(request: HttpRequest) -> HttpResponse:
    """Give the board the templates a ward begins with."""
    access = access_of(request)
    manager_only(access, None)
    made = starter_templates.ensure()
    notices.success(request, _("見本のひな形を %(n)s件入れました。") % {"n": made})
    return redirect("console:templates")


def _is_to_be_kept(request: HttpRequest) -> bool:
    return request.method == "POST" and request.POST.get("action") != "read"


def _refuse_name(form: TemplateForm) -> None:
    form.add_error("name", _("同じ名前のひな形があります。別の名前にしてください。"))


def _filled(template: MessageTemplate, form: SlotsForm) -> Words:
    words, urgency = _words(template, form), Urgency(template.urgency)
    return Words(words["title"], words["text"], urgency, Category(template.category))


def _words(template: MessageTemplate, form: SlotsForm) -> dict[str, str]:
    told = form.values()
    return {"title": slots.fill(template.title, told), "text": slots.fill(template.text, told)}


def _preview(form: TemplateForm) -> dict[str, Any]:
    """The text with its slots as they begin; what has no value then stays to be seen."""
    told = SlotsForm(form.slots()).values()
    words = {name: slots.fill(form.data.get(name, ""), told) for name in ("title", "text")}
    return {"shown": words}


def _editor(
    request: HttpRequest,
    form: TemplateForm,
    school: School | None,
    *,
    template: MessageTemplate | None = None,
) -> HttpResponse:
    if request.POST.get("action") == "read":  # a text half written is no mistake
        form.errors.clear()
    name = school.name if school else Ward.objects.get().board
    context = {
        "nav_current": "settings",
        "form": form,
        "template": template,
        "school": school,
        "owner_name": name,
        "back_url": address("console:templates", school),
        "is_new": template is None and request.method != "POST",
        **_preview(form),
    }
    if context["is_new"]:
        form.errors.clear()
    return render(request, "console/template_edit.html", context)


def _sender_choice(access: Access) -> dict[str, Any]:
    here = reverse("console:choose_template")
    options = [
        {"name": sender_of(Message(school=one)), "url": f"{here}?{urlencode({'from': sender_key(one)})}"}
        for one in senders(access)
    ]
    return {"nav_current": "messages", "options": options}
