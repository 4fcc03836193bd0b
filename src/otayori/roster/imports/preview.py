"""Read a roster file and show what it would change; nothing of the roster is touched until `apply`."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from otayori.accounts.models import User
from otayori.core import audit, clock
from otayori.roster.imports.columns import Column
from otayori.roster.imports.current import current_students
from otayori.roster.imports.decode import MAX_BYTES
from otayori.roster.imports.diff import CurrentStudent, Plan, make_plan
from otayori.roster.imports.errors import describe
from otayori.roster.imports.parse import ParsedRoster, SchoolInfo, StudentRow, read_roster
from otayori.roster.models import RosterImport
from otayori.schools.models import School


@dataclass(frozen=True, slots=True)
class Comparison:
    """A file beside the roster. With `errors` there is no plan, and nothing of the file may be applied.

    Errors and notices are sentences in the reader's language, with their line. They may hold names:
    show them to whoever brought the file, never log them.
    """

    plan: Plan | None
    errors: tuple[str, ...]
    more_errors: int  # errors beyond those listed
    notices: tuple[str, ...]
    told: frozenset[Column]


def compare(data: bytes, school: School | None) -> Comparison:
    """Compare a file with the roster of this school year. `school` None: a file of the whole ward.

    A file of one school speaks for that school alone, and can't take a child out of another school:
    that is done by the other school's file, or by the ward's.
    """
    parsed = _read(data, school)
    if parsed.errors:
        return _refused(parsed, [describe(problem, _) for problem in parsed.errors], parsed.more_errors)
    codes = [row.management_code for row in parsed.rows]
    current = current_students(None if school is None else [school], clock.school_year(), codes=codes)
    taken = [] if school is None else _taken_from_others(parsed.rows, current, school)
    if taken:
        return _refused(parsed, taken, 0)
    scope = {school.code} if school else {row.school_code for row in parsed.rows}
    plan = make_plan(current, parsed.rows, scope=scope, told=parsed.told)
    return Comparison(plan, (), 0, _notices(parsed), parsed.told)


def preview(
    data: bytes, file_name: str, *, school: School | None, by: User | None
) -> tuple[Comparison, RosterImport | None]:
    """Compare a file and, if it is sound, keep it encrypted until it is applied or discarded.

    `data`: the file, at most `MAX_BYTES`; one byte more (see `upload_limit`) is refused as too big. The
    caller has checked that `by` decides for the school (None: for the ward). What the same person left
    unfinished for the same place is discarded.
    """
    comparison = compare(data, school)
    if comparison.plan is None:
        return comparison, None
    for earlier in RosterImport.objects.filter(school=school, made_by=by, state=RosterImport.State.PREVIEWED):
        discard(earlier, by=by)
    kept = RosterImport(school=school, file_name=file_name[-200:], made_by=by)
    kept.content = base64.b64encode(data).decode()
    kept.digest, kept.counts = comparison.plan.digest, counts(comparison.plan)
    kept.save(force_insert=True)
    return comparison, kept


def show(kept: RosterImport) -> Comparison:
    """Compare the kept file again, and remember that this is what was shown last."""
    comparison = compare(content(kept), kept.school)
    if comparison.plan is not None and comparison.plan.digest != kept.digest:
        kept.digest, kept.counts = comparison.plan.digest, counts(comparison.plan)
        kept.save(update_fields=["digest", "counts"])
    return comparison


def discard(kept: RosterImport, *, by: User | None) -> None:
    """Forget the kept file without applying it; does nothing where it was settled already."""
    done = RosterImport.objects.filter(id=kept.id, state=RosterImport.State.PREVIEWED).update(
        state=RosterImport.State.DISCARDED, content=None
    )
    if done:
        audit.record(
            "roster import discarded",
            actor_id=by.id if by else None,
            school_id=kept.school_id,
            object_id=kept.id,
        )


def content(kept: RosterImport) -> bytes:
    """Return the kept file."""
    return base64.b64decode(kept.content or "")


def counts(plan: Plan) -> dict[str, int]:
    """Return the plan in numbers, for records that must not hold names."""
    return {
        "new": len(plan.new),
        "changed": len(plan.changed),
        "unchanged": plan.unchanged,
        "gone": len(plan.gone),
    }


def upload_limit() -> int:
    """Return how many bytes of an upload to read: one more than is allowed, so that too big is seen."""
    return MAX_BYTES + 1


def _read(data: bytes, school: School | None) -> ParsedRoster:
    chosen = School.objects.all() if school is None else [school]
    known = {one.code: SchoolInfo(one.code, one.name, one.kind) for one in chosen}
    return read_roster(io.BytesIO(data), known, school_code=school.code if school else None)


def _refused(parsed: ParsedRoster, sentences: Sequence[str], more: int) -> Comparison:
    return Comparison(None, tuple(sentences), more, _notices(parsed), parsed.told)


def _notices(parsed: ParsedRoster) -> tuple[str, ...]:
    return tuple(describe(problem, _) for problem in parsed.notices)


def _taken_from_others(
    rows: Sequence[StudentRow], current: Sequence[CurrentStudent], school: School
) -> list[str]:
    """Say which rows name a child who is still enrolled elsewhere, without telling where or who."""
    elsewhere: Mapping[str, CurrentStudent] = {
        student.management_code: student
        for student in current
        if student.enrolled and student.school_code != school.code
    }
    sentence = _(
        "%(line)d行目: 管理コード「%(code)s」は、区内の別の学校・園に在籍している人のものです。"
        "転入のときは、前の学校・園が名簿から除いたあとで取り込むか、教育委員会に区全体の名簿の取り込みを頼んでください。"
    )
    return [
        sentence % {"line": row.line, "code": row.management_code}
        for row in rows
        if row.management_code in elsewhere
    ]
