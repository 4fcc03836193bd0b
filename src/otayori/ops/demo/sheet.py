"""The registration sheet of the demo's unregistered child, kept in clear to be printed at every start.

The database has keyed hashes of its secrets alone, so they stand in a file of the data folder that only its
owner can read. The demo does this, the product never.
"""

import json
import os
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.db import transaction

from otayori.accounts.models import User
from otayori.core import audit, clock
from otayori.ops.demo import cast
from otayori.roster.models import RegistrationSheet, Student, code_key
from otayori.roster.sheets.issue import Secrets, new_sheet
from otayori.roster.sheets.keys import token_key
from otayori.roster.sheets.state import SheetState, state_of

_DAYS = 3650  # as long as anybody keeps a demo


def keep_open() -> None:
    """Make sure that there is a sheet that joins: a new one where the last is used up or its file gone."""
    kept = read()
    if kept is not None and _is_open(kept):
        return
    student = Student.objects.select_related("school").filter(code_key=code_key(cast.HINATA.code)).first()
    if student is None or student.left_at is not None:  # somebody has imported another roster
        _file().unlink(missing_ok=True)
        return
    _write(_issue(student))


def read() -> Secrets | None:
    """Return the secrets of the sheet, or None where there is no file, or not a whole one."""
    try:
        return Secrets(**json.loads(_file().read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _is_open(kept: Secrets) -> bool:
    sheet = RegistrationSheet.objects.filter(token_key=token_key(kept.token)).first()
    return sheet is not None and state_of(sheet, sheet.joined.count(), clock.now()) is SheetState.OPEN


@transaction.atomic
def _issue(student: Student) -> Secrets:
    by = User.objects.by_email(cast.SUZUKI.email)
    sheet, secrets = new_sheet(student.id, student.school, by=by, at=clock.now(), days=_DAYS)
    earlier = RegistrationSheet.objects.filter(student=student, revoked_at__isnull=True)
    revoked = earlier.update(revoked_at=sheet.issued_at)
    sheet.save(force_insert=True)
    audit.record(
        "sheets issued",
        actor_id=by.id if by else None,
        school_id=student.school_id,
        object_id=student.id,
        issued=1,
        revoked=revoked,
    )
    return secrets


def _write(secrets: Secrets) -> None:
    """Whole or not at all, and never readable by others."""
    half = _file().with_suffix(".new")
    half.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(asdict(secrets), out)
    half.rename(_file())


def _file() -> Path:
    return Path(settings.OTAYORI_DATA_DIR) / "secrets" / "demo-sheet.json"
