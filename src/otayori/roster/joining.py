"""Join: a sheet's secrets open it, and a guardian becomes linked to the sheet's student (design.md 7).

Two people may hold the same sheet at the same moment: the sheet's row is locked while tries and guardians are
counted, and UNIQUE keeps doubles out.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from otayori.accounts.models import User
from otayori.core import audit, clock
from otayori.roster.initials import initials_of
from otayori.roster.models import Enrolment, Guardian, Guardianship, RegistrationSheet, Relation
from otayori.roster.sheets import keys, secrets
from otayori.roster.sheets.state import SheetState, state_of
from otayori.schools.models import School


class Trouble(StrEnum):
    """Why a sheet does not open; the last four are states of the sheet (sheets/state.py)."""

    UNKNOWN = "unknown"  # no such sheet
    MISTYPED = "mistyped"  # could not have been issued: a slip of the hand, no try is counted
    WRONG = "wrong"
    SLOW = "slow"  # another try too soon after a wrong one; it is not looked at
    LOCKED = "locked"
    EXPIRED = "expired"
    REVOKED = "revoked"
    FULL = "full"


class Refused(Exception):
    """The sheet does not open. `tries_left` goes with WRONG, `wait` (seconds) with SLOW.

    `sheet` is the closed sheet, so that its school can be named.
    """

    def __init__(
        self,
        trouble: Trouble,
        *,
        sheet: RegistrationSheet | None = None,
        tries_left: int = 0,
        wait: int = 0,
    ) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.sheet = sheet
        self.tries_left = tries_left
        self.wait = wait


class EmailTaken(Exception):
    """Somebody signs in with this address already."""


class Joined(StrEnum):
    NEW = "new"
    ALREADY = "already"


@dataclass(frozen=True)
class ChildHint:
    """What may be shown of a child before the guardian has an account."""

    initials: str
    school: str
    classroom: str  # "" between school years


@dataclass(frozen=True)
class NewAccount:
    """An account about to be opened; `password_hash` as `hash_password` returned it."""

    email: str
    name: str
    password_hash: str
    language: str


def hash_password(password: str) -> str:
    """Return what may be kept of a password while the e-mail address is being verified."""
    return make_password(password)


def find_by_token(token: str) -> RegistrationSheet:
    """Return the sheet whose QR code was scanned. Raises `Refused`."""
    return _usable(RegistrationSheet.objects.filter(token_key=keys.token_key(token)).first())


def find_by_code(school_number: str, code: str) -> RegistrationSheet:
    """Return the sheet whose school ID and code were typed. Raises `Refused`."""
    if not secrets.is_intact(secrets.normalise(code), secrets.CODE_LENGTH):
        raise Refused(Trouble.MISTYPED)
    return _usable(RegistrationSheet.objects.filter(code_key=keys.code_key(school_number, code)).first())


def check_password(sheet: RegistrationSheet, typed: str) -> None:
    """Return when the password is right; else count the try, write it to the log and raise `Refused`."""
    if not secrets.is_intact(secrets.normalise(typed), secrets.PASSWORD_LENGTH):
        raise Refused(Trouble.MISTYPED)
    with transaction.atomic():
        locked = RegistrationSheet.objects.select_for_update().get(pk=sheet.pk)
        refused = _try(_usable(locked), typed)
    if refused is not None:  # raised here, so that the counted try is not rolled back
        raise refused


def check_open(sheet: RegistrationSheet) -> None:
    """Return when the sheet still opens, some time after its password was given; else raise `Refused`."""
    _usable(sheet)


def contact_of(sheet: RegistrationSheet) -> School | None:
    """Return the school that a closed sheet's holder may be sent to.

    None where somebody is blocked from the child: an old paper must not tell to which school it has moved.
    """
    blocked = Guardianship.objects.filter(student_id=sheet.student_id, blocked_at__isnull=False)
    return None if blocked.exists() else sheet.student.school


def child_on(sheet: RegistrationSheet) -> ChildHint:
    """Return the child's initials, school and class of this school year."""
    seat = (
        Enrolment.objects.filter(student=sheet.student, year_id=clock.school_year())
        .select_related("classroom")
        .first()
    )
    return ChildHint(
        initials=initials_of(sheet.student.kana),
        school=sheet.student.school.name,
        classroom=seat.classroom.label if seat else "",
    )


def open_account(account: NewAccount) -> User:
    """Open an account for a guardian whose address is verified. Raises `EmailTaken`."""
    try:
        with transaction.atomic():
            user = User(name=account.name, language=account.language, password=account.password_hash)
            user.set_email(account.email)
            user.save(force_insert=True)
    except IntegrityError as error:
        raise EmailTaken from error
    audit.record("account opened", actor_id=user.id, object_id=user.id)
    return user


@transaction.atomic
def join(user: User, sheet: RegistrationSheet, *, relation: Relation, notice_version: str) -> Joined:
    """Link the user, as a guardian, to the sheet's student. Raises `Refused`.

    A guardianship that the school has blocked stays blocked, and the answer does not tell (design.md 7).
    """
    locked = _locked(sheet)
    guardian, _ = Guardian.objects.get_or_create(
        user=user, defaults={"notice_version": notice_version, "notice_accepted_at": clock.now()}
    )
    known = Guardianship.objects.filter(guardian=guardian, student_id=locked.student_id).first()
    if known is not None:
        return Joined.NEW if known.blocked_at else Joined.ALREADY
    _usable(locked)
    _, created = Guardianship.objects.get_or_create(
        guardian=guardian, student_id=locked.student_id, defaults={"relation": relation, "sheet": locked}
    )
    if created:
        audit.record(
            "joined by sheet", actor_id=user.id, school_id=locked.student.school_id, object_id=locked.id
        )
    return Joined.NEW if created else Joined.ALREADY


def _locked(sheet: RegistrationSheet) -> RegistrationSheet:
    # of=self: the school's and the student's rows are read, not held
    rows = RegistrationSheet.objects.select_for_update(of=("self",)).select_related("student")
    return rows.get(pk=sheet.pk)


def _usable(sheet: RegistrationSheet | None) -> RegistrationSheet:
    if sheet is None:
        raise Refused(Trouble.UNKNOWN)
    if sheet.student.left_at is not None:
        raise Refused(Trouble.REVOKED, sheet=sheet)
    state = state_of(sheet, sheet.joined.count(), clock.now())
    if state is not SheetState.OPEN:
        raise Refused(Trouble(state.value), sheet=sheet)
    return sheet


def _try(sheet: RegistrationSheet, typed: str) -> Refused | None:
    wait = _wait(sheet)
    if wait > 0:
        return Refused(Trouble.SLOW, wait=wait)
    if hmac.compare_digest(bytes(sheet.password_key), keys.password_key(sheet.id, typed)):
        if sheet.wrong_tries:
            sheet.wrong_tries = 0
            sheet.save(update_fields=["wrong_tries"])
        return None
    sheet.wrong_tries += 1
    sheet.last_wrong_at = clock.now()
    sheet.save(update_fields=["wrong_tries", "last_wrong_at"])
    audit.record(
        "sheet wrong password", school_id=sheet.student.school_id, object_id=sheet.id, tries=sheet.wrong_tries
    )
    left = RegistrationSheet.MOST_TRIES - sheet.wrong_tries
    return Refused(Trouble.WRONG, tries_left=left) if left else Refused(Trouble.LOCKED, sheet=sheet)


def _wait(sheet: RegistrationSheet) -> int:
    """Return the seconds until a try is looked at: 2, 4, 8, 16 after the first, second ... wrong one."""
    if not sheet.wrong_tries or sheet.last_wrong_at is None:
        return 0
    until = sheet.last_wrong_at + timedelta(seconds=2**sheet.wrong_tries)
    return max(0, -int(-(until - clock.now()).total_seconds() // 1))
