"""Registration sheets: what is printed opens what is stored; printing again ends what came before."""

import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from otayori.core.models import AuditEntry
from otayori.roster.models import Guardianship, RegistrationSheet, Student
from otayori.roster.sheets.issue import issue, new_sheet, revoke
from otayori.roster.sheets.keys import code_key, password_key, token_key
from otayori.roster.sheets.state import SheetState, state_of
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def pages(printed: bytes) -> list[str]:
    return [re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(io.BytesIO(printed)).pages]


def test_a_class_comes_as_one_file_in_the_order_of_the_register(cast: Cast) -> None:
    wanted = [cast.mei.id, cast.sora.id, cast.haru.id, cast.aoi.id]
    printed = pages(issue(wanted, cast.sakura, by=cast.suzuki))
    names = ["キムハル", "山田葵", "渡辺空", "アルバレス芽衣"]
    assert len(printed) == 4
    assert [name in page for name, page in zip(names, printed, strict=True)] == [True] * 4
    assert "3年1組1番" in printed[0]
    assert "1001" in printed[0]


def test_the_secrets_of_a_sheet_open_it_and_are_not_in_the_row(cast: Cast) -> None:
    sheet, clear = new_sheet(cast.haru.id, cast.sakura, by=cast.suzuki, at=timezone.now())
    sheet.save()
    found = RegistrationSheet.objects.get(token_key=token_key(clear.token))
    assert bytes(found.code_key) == code_key("1001", clear.code)
    assert bytes(found.password_key) == password_key(found.id, clear.password)
    kept = str(RegistrationSheet.objects.filter(id=sheet.id).values().get())
    assert clear.token not in kept
    assert clear.code not in kept
    assert clear.password not in kept


def test_the_address_in_the_file_is_the_stored_one(cast: Cast) -> None:
    [page] = pages(issue([cast.haru.id], cast.sakura, by=cast.suzuki))
    match = re.search(r"/join/([a-z2-7]{26})", page)
    assert match is not None
    assert RegistrationSheet.objects.get(token_key=token_key(match[1])).student_id == cast.haru.id


def test_a_sheet_works_for_ninety_days_unless_told_otherwise(cast: Cast) -> None:
    issue([cast.haru.id], cast.sakura, by=cast.suzuki)
    sheet = RegistrationSheet.objects.get()
    assert sheet.expires_at - sheet.issued_at == timedelta(days=90)
    issue([cast.aoi.id], cast.sakura, by=cast.suzuki, days=30)
    sheet = RegistrationSheet.objects.get(student=cast.aoi)
    assert sheet.expires_at - sheet.issued_at == timedelta(days=30)


def test_printing_again_ends_the_old_sheet_and_leaves_guardians_alone(cast: Cast) -> None:
    issue([cast.haru.id, cast.aoi.id], cast.sakura, by=cast.suzuki)
    issue([cast.haru.id], cast.sakura, by=cast.suzuki)
    of_haru = RegistrationSheet.objects.filter(student=cast.haru).order_by("issued_at")
    assert [sheet.revoked_at is None for sheet in of_haru] == [False, True]
    assert RegistrationSheet.objects.get(student=cast.aoi).revoked_at is None
    assert Guardianship.objects.filter(student=cast.haru, blocked_at__isnull=True).count() == 1
    entry = AuditEntry.objects.filter(action="sheets issued").latest("at")
    assert entry.detail == {"issued": 1, "revoked": 1}


def test_nobody_gone_or_of_another_school_gets_a_sheet(cast: Cast) -> None:
    Student.objects.filter(id=cast.aoi.id).update(left_at=timezone.now())
    printed = pages(issue([cast.haru.id, cast.aoi.id, cast.jun.id], cast.sakura, by=cast.suzuki))
    assert len(printed) == 1
    with pytest.raises(ValueError, match="at least one"):
        issue([cast.jun.id], cast.sakura, by=cast.suzuki)
    assert RegistrationSheet.objects.count() == 1


def test_a_revoked_sheet_is_closed_once(cast: Cast) -> None:
    issue([cast.haru.id], cast.sakura, by=cast.suzuki)
    sheet = RegistrationSheet.objects.get()
    revoke(sheet, by=cast.suzuki)
    revoke(sheet, by=cast.suzuki)
    assert AuditEntry.objects.filter(action="sheet revoked").count() == 1


def test_the_state_of_a_sheet_in_one_word(cast: Cast) -> None:
    at = timezone.now()
    sheet, _clear = new_sheet(cast.haru.id, cast.sakura, by=cast.suzuki, at=at, days=30)
    assert state_of(sheet, 3, at) is SheetState.OPEN
    assert state_of(sheet, 4, at) is SheetState.FULL
    assert state_of(sheet, 0, at + timedelta(days=30)) is SheetState.EXPIRED
    sheet.wrong_tries = RegistrationSheet.MOST_TRIES
    assert state_of(sheet, 0, at) is SheetState.LOCKED
    sheet.revoked_at = at
    assert state_of(sheet, 0, at) is SheetState.REVOKED
