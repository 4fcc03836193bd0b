"""Exposure: what of a message came to whom, by class and name; as a page and as a table to keep."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from otayori.accounts.access import Access, access_of, open_school, staff
from otayori.console.by_class import by_class
from otayori.core import audit
from otayori.core.clock import TOKYO
from otayori.messaging import exposure as seen
from otayori.messaging import report
from otayori.messaging.access import open_released
from otayori.messaging.compose import audience_of
from otayori.messaging.exposure import Exposure
from otayori.messaging.models import Message
from otayori.messaging.report_access import shown
from otayori.messaging.words import sender_of
from otayori.schools.models import School

SHOW = ("seen", "mailed", "all")
Found = dict[UUID, Exposure]
Classes = list[dict[str, Any]]  # id, label, and a line a guardian


@staff
@require_safe
def exposure(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """What of it came to whom. Of the board's message the board chooses a school for the names."""
    access = access_of(request)
    message = open_released(access, message_id)
    found = seen.exposures(message)
    context: dict[str, Any] = {
        "nav_current": "messages",
        "message": message,
        "sender_name": sender_of(message),
        "totals": seen.total(found.values()),
        "mark": "warning" if message.recalled_at else "read",
        "is_individual": audience_of(message).is_individual,
    }
    school = _school(request, access, message)
    if school is None:
        context["schools"] = message.reached.all()
        return render(request, "console/exposure.html", context)
    show = request.GET.get("show", "")
    show = show if show in SHOW else SHOW[0]
    names = _by_name(access, message, school, found)
    open_ones = by_class(request, _kept(names, show))
    return render(request, "console/exposure.html", context | _page(message, school, names, show) | open_ones)


@staff
@require_safe
def exposure_csv(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """The same as a table, for the record that the board asks for. Who took it is written down."""
    access = access_of(request)
    message = open_released(access, message_id)
    school = _school(request, access, message)
    if school is None:
        raise Http404
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")  # the mark is for Excel
    name = _("開封の記録_%(school)s.csv") % {"school": school.name}
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["Cache-Control"] = "no-store"
    table = csv.writer(response)
    table.writerow(_columns())
    rows = list(_rows(_by_name(access, message, school, seen.exposures(message))))
    table.writerows([_harmless(cell) for cell in row] for row in rows)
    audit.record(
        "exposure taken", actor_id=access.user.id, school_id=school.id, object_id=message.id, rows=len(rows)
    )
    return response


def _school(request: HttpRequest, access: Access, message: Message) -> School | None:
    if message.school is not None:
        return message.school
    chosen = request.GET.get("school", "")
    return open_school(access, chosen) if chosen else access.school


def _by_name(access: Access, message: Message, school: School, found: Found) -> Classes:
    """Return id, label and lines of each class whose names this person may see. No name is decrypted here."""
    classes = shown(access, message, school, report.by_classroom(message, school, with_readings=False))
    return [
        {
            "id": one.classroom.id if one.classroom else "none",
            "label": one.classroom.label if one.classroom else _("学級なし"),
            "rows": [
                {"student": line, "guardian": guardian, "exposure": found[guardian.guardian_id]}
                for line in one.students
                for guardian in line.guardians
            ],
        }
        for one in classes
    ]


def _page(message: Message, school: School, names: Classes, show: str) -> dict[str, Any]:
    words = (_("本文かファイルを開いた方"), _("メールで本文が届いた方"), _("すべて"))
    of_school = "" if message.school else f"&school={school.id}"
    return {
        "school": school,
        "school_query": of_school.replace("&", "?"),
        "show": show,
        "tabs": [
            {
                "label": label,
                "url": f"?show={key}{of_school}",
                "current": key == show,
                "count": _guardians(names, key),
            }
            for key, label in zip(SHOW, words, strict=True)
        ],
    }


def _kept(names: Classes, show: str) -> Classes:
    """Return the classes with the lines that are shown alone; those without one are left out."""
    kept = [one | {"rows": [line for line in one["rows"] if _shows(line, show)]} for one in names]
    return [one for one in kept if one["rows"]]


def _guardians(names: Classes, show: str) -> int:
    """Count them once each, as the sentence above does, however many of their children stand below."""
    shown_lines = [line["exposure"] for one in names for line in one["rows"] if _shows(line, show)]
    return len({one.guardian_id for one in shown_lines})


def _shows(line: dict[str, Any], show: str) -> bool:
    one: Exposure = line["exposure"]
    return {"seen": one.has_seen, "mailed": one.mailed_at is not None, "all": True}[show]


def _columns() -> list[str]:
    return [
        _("学級"),
        _("番号"),
        _("名前"),
        _("保護者"),
        _("本文を開いた日時"),
        _("画面で開いたファイル"),
        _("ダウンロードしたファイル"),
        _("メールで本文を送った日時"),
        _("プッシュ通知が届いた日時"),
        _("取り消しの通知を開いた"),
    ]


def _rows(names: Classes) -> Iterator[list[str]]:
    for section in names:
        for line in section["rows"]:
            one: Exposure = line["exposure"]
            student = line["student"]
            viewed = [f"{file.name} {_moment(file.viewed_at)}" for file in one.files if file.viewed_at]
            kept = [f"{file.name} {_moment(file.downloaded_at)}" for file in one.files if file.downloaded_at]
            yield [
                section["label"],
                str(student.number or ""),
                student.student.name,
                line["guardian"].name,
                _moment(one.read_at),
                _("、").join(viewed),
                _("、").join(kept),
                _moment(one.mailed_at),
                _moment(one.pushed_at),
                _("はい") if one.saw_recall else "",
            ]


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(TOKYO):%Y-%m-%d %H:%M}" if at else ""


def _harmless(cell: str) -> str:
    """Excel takes what begins so for a formula; a name may."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell
