"""The target of a message while it is chosen: how many it reaches, who they are, single children."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST

from otayori.accounts.access import Access, access_of, open_school, staff
from otayori.accounts.interrupted import keeps_typing
from otayori.console import sentences, target_choices
from otayori.console.forms_compose import NOT, TO, ComposeForm
from otayori.console.target_choices import insides, picked_students, student_ticks
from otayori.messaging import name_recipients, resolve, search_students, targets
from otayori.messaging.audience import Audience
from otayori.messaging.describe import names_among, names_of
from otayori.messaging.senders import open_sender
from otayori.schools.models import School

Typed = MultiValueDict[str, str]
SEARCH_FIELDS = {TO: "student", NOT: "student_not"}


@keeps_typing
@staff
@require_POST
def audience_count(request: HttpRequest) -> HttpResponse:
    """The live count beside the target (htmx)."""
    _access, form = _ticked(request)
    return render(request, "console/audience_count_part.html", count(form))


@keeps_typing
@staff
@require_POST
def audience_names(request: HttpRequest) -> HttpResponse:
    """Who they are, by name, a page at a time (htmx). By POST: the rule is in the form, not in an address."""
    access, form = _ticked(request)
    return render(request, "console/audience_names.html", names(access, form, request.POST))


@keeps_typing
@staff
@require_POST
def student_search(request: HttpRequest) -> HttpResponse:
    """Single students by name or kana (htmx). By POST: a name has no business in an address or a log."""
    access = access_of(request)
    school = open_sender(access, request.POST.get("sender", ""))
    part = NOT if request.GET.get("part") == NOT else TO
    if school is None:
        raise Http404
    choices = targets.choices(access, school)
    picked = picked_students(choices, set(request.POST.getlist(part)), part=part)
    context = {"picked": picked, "name": part, **found(access, school, request.POST, part=part)}
    return render(request, "console/student_picker.html", context)


@keeps_typing
@staff
@require_POST
def leaving_out(request: HttpRequest) -> HttpResponse:
    """The second choice, of whom to leave out; most messages do without (htmx)."""
    access = access_of(request)
    sender = open_sender(access, request.POST.get("sender", ""))
    form = ComposeForm(request.POST, targets.choices(access, sender))
    context = {"sender": sender, "leaving_out": target_choices.leaving_out(form)}
    return render(request, "console/leaving_out.html", context)


@keeps_typing
@staff
@require_POST
def school_targets(request: HttpRequest) -> HttpResponse:
    """The classes and groups of one school, where the board chooses (htmx). Posted: open=to:<id>."""
    access = access_of(request)
    if open_sender(access, request.POST.get("sender", "")) is not None:
        raise Http404
    part, _, school_id = request.POST.get("open", "").partition(":")
    school = open_school(access, school_id)
    inside = insides([school], request.POST.getlist(part), [school.id])[school.id]
    name = NOT if part == NOT else TO
    return render(request, "console/school_inside.html", {"inside": inside, "name": name})


def count(form: ComposeForm) -> dict[str, Any]:
    """What the count beside the target says."""
    sender, audience = form.choices.school, form.audience
    reach = resolve.reach(audience)
    noun = sentences.children_word(sentences.kinds_of(sender))
    context: dict[str, Any] = {"reach": reach, "noun": noun, "is_untouched": audience.is_empty}
    if audience.is_empty:
        return context
    known = names_among(form.choices) if sender else names_of([audience])
    context["words"] = known.words(audience, sender)
    if audience.exclude:
        whole, _schools = resolve.picked(Audience(include=audience.include))
        context["left_out"] = whole - reach.students
    return context


def names(access: Access, form: ComposeForm, typed: Typed) -> dict[str, Any]:
    """A page of the people the target reaches; the number of children whose names are not shown."""
    sender, audience = form.choices.school, form.audience
    shown = name_recipients.named(access, sender, audience)
    page = Paginator(shown, name_recipients.A_PAGE).get_page(typed.get("names_page"))
    start = page.start_index() - 1 if page.paginator.count else 0
    hidden = resolve.picked(audience)[0] - page.paginator.count
    return {
        "names_page": page,
        "lines": name_recipients.lines(shown[start : start + name_recipients.A_PAGE]),
        "hidden": hidden,
        "sender": sender,
        "noun": sentences.children_word(sentences.kinds_of(sender)),
    }


def found(access: Access, school: School, typed: Typed, *, part: str = TO) -> dict[str, Any]:
    """Students found by what stands in the search field, without those already picked."""
    query = typed.get(SEARCH_FIELDS[part], "")
    ticked = set(typed.getlist(part))
    hits = search_students.search(access, school, query, to_leave_out=part == NOT) if query else []
    ticks = student_ticks(hits, ticked)
    return {"query": query, "found": [tick for tick in ticks if not tick.ticked], "is_searched": bool(query)}


def _ticked(request: HttpRequest) -> tuple[Access, ComposeForm]:
    """Return what is ticked on the posted page; 404 where it goes beyond the person."""
    access = access_of(request)
    sender = open_sender(access, request.POST.get("sender", ""))
    form = ComposeForm(request.POST, targets.choices(access, sender))
    form.is_valid()
    try:
        targets.check(access, sender, form.audience)
    except targets.NotYours as error:
        raise Http404 from error
    return access, form
