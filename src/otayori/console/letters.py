"""紙や電話で伝える: whom a message did not get to, letters and lists to print, and who was told how."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otayori.accounts.access import Access, access_of, open_school, staff
from otayori.console.download import pdf_file
from otayori.console.forms_groups import ids_in
from otayori.core import clock
from otayori.messaging import letter, resolve, told_otherwise
from otayori.messaging.access import open_message
from otayori.messaging.compose import audience_of
from otayori.messaging.letter import Choice, Section
from otayori.messaging.models import Message, ToldOtherwise
from otayori.messaging.print_letters import Nobody, Recalled, What, print_letters
from otayori.messaging.report_access import sees_whole_school
from otayori.messaging.words import sender_of
from otayori.schools.models import School

MOST_ROWS = 150  # beyond, one class at a time: nobody works down 1,200 names on one page
_UNDO = "told_undo"  # in the session: what was noted last
_STATES = (Message.State.RELEASED, Message.State.SCHEDULED)


@dataclass(frozen=True)
class View:
    """What a page of letters is about: read from the address, or from the form that it made."""

    message: Message
    school: School
    choice: Choice
    only_left: bool
    room: str  # a class's id, "none", or "" for all

    def query(self, **changes: str) -> str:
        said = {
            "show": self.choice.value if self.choice is not Choice.OUT else "",
            "left": "1" if self.only_left else "",
            "class": self.room,
            "school": "" if self.message.school_id else str(self.school.id),
        }
        return "?" + urlencode({key: value for key, value in (said | changes).items() if value})

    def address(self, anchor: str = "") -> str:
        return reverse("console:letters", args=[self.message.id]) + self.query() + anchor


@staff
@require_safe
def letters(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """The children whose families have to be told otherwise, by class."""
    access, message = access_of(request), _open(request, message_id)
    if _school(request, access, message) is None:
        return _schools(request, message)
    view = _view(request, access, message)
    everybody = letter.sections(access, message, view.school)
    found = letter.chosen(everybody, view.choice, only_left=view.only_left)
    shown = [one for one in found if view.room in ("", one.key)]
    rows = sum(len(one.lines) for one in shown)
    context = {
        "nav_current": "messages",
        "message": message,
        "school": view.school,
        "sender_name": sender_of(message),
        "view": view,
        "tabs": _tabs(view, everybody),
        "here": view.query(),
        "all_url": view.query(**{"class": ""}),
        "left_url": view.query(left="" if view.only_left else "1", **{"class": ""}),
        "classes": [(one, view.query(**{"class": one.key})) for one in found],
        "sections": shown if rows <= MOST_ROWS or view.room else [],
        "count": rows,
        "left": sum(len(one.left) for one in shown),
        "is_partial": not sees_whole_school(access, message, view.school),
        "is_empty": not everybody,
        "may_print": access.works_for(view.school.id),
        "may_tell": told_otherwise.may_tell(access, message, view.school),
        "ways": _ways(),
        "undo": _undo_of(request, message),
    }
    return render(request, "console/letters.html", context)


@staff
@require_POST
def print_out(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Hand over the letters or a list as PDF."""
    access, message = access_of(request), _open(request, message_id)
    view = _view(request, access, message)
    if not access.works_for(view.school.id):  # an auditor sees who was told, and takes no letters out
        raise Http404
    try:
        what = What(request.POST.get("what", ""))
    except ValueError:
        raise Http404 from None
    found = letter.chosen(
        letter.sections(access, message, view.school), view.choice, only_left=view.only_left
    )
    shown = [one for one in found if view.room in ("", one.key)]
    try:
        printed = print_letters(access, message, view.school, what, sections=shown)
    except Recalled:
        notices.error(request, _("取り消したお知らせなので、お便りは印刷できません。"))
        return redirect(view.address())
    except Nobody:
        notices.info(request, _("印刷する人がいません。"))
        return redirect(view.address())
    return pdf_file(printed, f"{_file_name(what)}_{view.school.name}_{clock.today():%Y-%m-%d}.pdf")


@staff
@require_POST
def tell(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Note how one child's family, or a class's, was told."""
    access, message = access_of(request), _open(request, message_id)
    view = _view(request, access, message)
    if not told_otherwise.may_tell(access, message, view.school):
        raise Http404
    way, students = _told_in(request)
    new = told_otherwise.tell(access, message, view.school, students=students, way=way)
    if len(new) > 1:
        kept = {"message": str(message.id), "way": way, "students": [str(one) for one in new]}
        request.session[_UNDO] = kept
    else:
        request.session.pop(_UNDO, None)
    return redirect(view.address(_anchor(students, is_one=len(students) == 1)))


@staff
@require_POST
def untell(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Take a note back: one child's, or all that were just made."""
    access, message = access_of(request), _open(request, message_id)
    view = _view(request, access, message)
    if not told_otherwise.may_tell(access, message, view.school):
        raise Http404
    kept = request.session.pop(_UNDO, None)
    if "last" in request.POST:
        is_this = kept and kept["message"] == str(message.id)
        way, students = (kept["way"], [UUID(one) for one in kept["students"]]) if is_this else ("", [])
    else:
        way, students = _told_in(request)
    count = told_otherwise.take_back(access, message, view.school, students=students, way=way)
    if count:
        notices.info(request, _("%(n)s人の記録を取り消しました。") % {"n": count})
    return redirect(view.address(_anchor(students, is_one=count == 1)))


def _open(request: HttpRequest, message_id: UUID) -> Message:
    message = open_message(access_of(request), message_id)
    if message.state not in _STATES:
        raise Http404
    return message


def _school(request: HttpRequest, access: Access, message: Message) -> School | None:
    """The school whose children are meant; of the board's message the board chooses one first."""
    if message.school is not None:
        return message.school
    chosen = request.POST.get("school") or request.GET.get("school")
    return open_school(access, chosen) if chosen else access.school


def _view(request: HttpRequest, access: Access, message: Message) -> View:
    said = request.POST if request.method == "POST" else request.GET
    school = _school(request, access, message)
    if school is None:
        raise Http404
    known = {choice.value: choice for choice in Choice}
    choice = known.get(said.get("show", ""), Choice.OUT)
    return View(message, school, choice, said.get("left") == "1", said.get("class", "")[:36])


def _schools(request: HttpRequest, message: Message) -> HttpResponse:
    if message.state == Message.State.RELEASED:
        schools = list(message.reached.all())
    else:
        schools = [school for school, _count in resolve.schools_reached(audience_of(message))]
    context = {"nav_current": "messages", "message": message, "schools": schools}
    return render(request, "console/letters_schools.html", context)


def _tabs(view: View, everybody: list[Section]) -> list[dict[str, Any]]:
    words = {
        Choice.OUT: _("届いていない"),
        Choice.UNREGISTERED: _("未登録"),
        Choice.UNREACHABLE: _("通知先がない"),
        Choice.FAILED: _("届かなかった"),
        Choice.UNREAD: _("読まれていない"),
        Choice.ALL: _("全員"),
    }
    is_sent = view.message.state == Message.State.RELEASED
    later = (Choice.FAILED, Choice.UNREAD)  # nobody can tell before it is sent
    return [
        {
            "label": label,
            "url": view.query(show=choice.value, **{"class": ""}),
            "current": choice is view.choice,
            "count": letter.count(everybody, choice),
        }
        for choice, label in words.items()
        if is_sent or choice not in later
    ]


def _ways() -> list[tuple[str, str]]:
    way = ToldOtherwise.Way
    return [(way.LETTER.value, _("紙")), (way.PHONE.value, _("電話")), (way.PERSON.value, _("直接"))]


def _told_in(request: HttpRequest) -> tuple[str, list[UUID]]:
    """Read the button that was pressed: "letter" for a class (`students`), "phone:<id>" for a child."""
    way, _colon, student = request.POST.get("told", "").partition(":")
    if way not in ToldOtherwise.Way.values:
        raise Http404
    if not student:
        return way, ids_in(request.POST, "students")
    try:
        return way, [UUID(student)]
    except ValueError:
        raise Http404 from None


def _anchor(students: list[UUID], *, is_one: bool) -> str:
    return f"#child-{students[0]}" if is_one and students else ""


def _undo_of(request: HttpRequest, message: Message) -> dict[str, Any] | None:
    kept = request.session.get(_UNDO)
    if not kept or kept["message"] != str(message.id):
        return None
    return {"count": len(kept["students"]), "way": ToldOtherwise.Way(kept["way"]).label}


def _file_name(what: What) -> str:
    return {What.HAND: "紙で伝える人", What.CALL: "電話で伝える人"}.get(what, "お便り")
