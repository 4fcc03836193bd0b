"""Issue registration sheets (登録手順書) and revoke them. The secrets exist in the PDF alone.

Printing again is issuing again: what was handed out before stops working. Guardians who have already
joined are not touched by it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from otayori.accounts.models import User
from otayori.core import audit, clock
from otayori.roster.models import Enrolment, RegistrationSheet, Student
from otayori.roster.order import seat_order
from otayori.roster.sheets import pdf, secrets
from otayori.roster.sheets.keys import code_key, password_key, token_key
from otayori.schools.models import School, Ward

DAYS = 90  # a sheet handed out in April still works for who comes back to it in June


@dataclass(frozen=True, slots=True)
class Secrets:
    """What is printed on one sheet, in clear; never stored."""

    token: str
    code: str
    password: str

    @property
    def url(self) -> str:
        """What the QR code opens."""
        return f"{settings.OTAYORI_BASE_URL}/join/{self.token}"


def issue(students: Collection[UUID], school: School, *, by: User | None, days: int = DAYS) -> bytes:
    """Issue a sheet for each student of `school` named, and return one PDF with a page for each.

    Pages stand in the order of the class register. Older sheets of the students are revoked in the same
    transaction; if the PDF can't be made, nothing changes. Students who have left or are of another
    school are passed over. Raises ValueError if nobody is left.
    """
    enrolments = _in_order(students, school)
    at = clock.now()
    made = [new_sheet(one.student_id, school, by=by, at=at, days=days) for one in enrolments]
    ward = Ward.objects.get().name
    pages = [_page(one, school, ward=ward, made=sheet) for one, sheet in zip(enrolments, made, strict=True)]
    rooms = {enrolment.classroom.label for enrolment in enrolments}
    place = rooms.pop() if len(rooms) == 1 else ""
    printed = pdf.render(pages, title=f"登録手順書 {school.name} {place}".strip())
    _write([sheet for sheet, _ in made], school, by=by)
    return printed


def new_sheet(
    student_id: UUID, school: School, *, by: User | None, at: datetime, days: int = DAYS
) -> tuple[RegistrationSheet, Secrets]:
    """Return an unsaved sheet for a student of `school`, and its secrets."""
    clear = Secrets(secrets.new_token(), secrets.new_code(), secrets.new_password())
    sheet = RegistrationSheet(student_id=student_id, issued_at=at, issued_by=by)
    sheet.expires_at = at + timedelta(days=days)
    sheet.token_key = token_key(clear.token)
    sheet.code_key = code_key(school.number, clear.code)
    sheet.password_key = password_key(sheet.id, clear.password)
    return sheet, clear


@transaction.atomic
def revoke(sheet: RegistrationSheet, *, by: User | None) -> None:
    """Close a sheet at once; does nothing to one that is closed already."""
    closed = RegistrationSheet.objects.filter(id=sheet.id, revoked_at__isnull=True)
    if closed.update(revoked_at=clock.now()):
        audit.record(
            "sheet revoked",
            actor_id=by.id if by else None,
            school_id=sheet.student.school_id,
            object_id=sheet.id,
        )


@transaction.atomic
def _write(sheets: Sequence[RegistrationSheet], school: School, *, by: User | None) -> None:
    students = [sheet.student_id for sheet in sheets]
    # Two who print the same class at once: the second waits here, and revokes what the first printed.
    list(Student.objects.select_for_update().filter(id__in=students).order_by("id").values_list("id"))
    earlier = RegistrationSheet.objects.filter(student_id__in=students, revoked_at__isnull=True)
    revoked = earlier.update(revoked_at=sheets[0].issued_at)
    RegistrationSheet.objects.bulk_create(sheets, batch_size=1000)
    audit.record(
        "sheets issued",
        actor_id=by.id if by else None,
        school_id=school.id,
        object_id=students[0] if len(students) == 1 else None,
        issued=len(sheets),
        revoked=revoked,
    )


def _in_order(students: Collection[UUID], school: School) -> list[Enrolment]:
    enrolments = Enrolment.objects.filter(
        student_id__in=students,
        student__school=school,
        student__left_at__isnull=True,
        classroom__school=school,
        year_id=clock.school_year(),
    ).select_related("student", "classroom")
    return sorted(enrolments, key=lambda e: seat_order(e.classroom.grade, e.classroom.name, e.number))


def _page(
    enrolment: Enrolment, school: School, *, ward: str, made: tuple[RegistrationSheet, Secrets]
) -> pdf.SheetPage:
    row, clear = made
    return pdf.SheetPage(
        ward=ward,
        school=school.name,
        classroom_label=enrolment.classroom.label,
        number=enrolment.number,
        student_name=enrolment.student.name,
        url=clear.url,
        join_url=f"{settings.OTAYORI_BASE_URL}/join",
        school_id=school.number,
        code=clear.code,
        password=clear.password,
        issued_on=row.issued_at.astimezone(clock.TOKYO).date(),
        expires_on=row.expires_at.astimezone(clock.TOKYO).date(),
        guardians=RegistrationSheet.MOST_GUARDIANS,
        contact=f"{school.name} {school.phone}" if school.phone else "",
    )
