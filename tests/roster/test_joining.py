"""A sheet of the stories meets guardians: tries, limits, blocked families, and two at the same moment."""

import threading
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from otayori.accounts.models import User
from otayori.core.models import AuditEntry
from otayori.roster import joining
from otayori.roster.initials import initials_of
from otayori.roster.joining import Joined, NewAccount, Refused, Trouble
from otayori.roster.models import Guardianship, RegistrationSheet, Relation, Student
from otayori.roster.sheets.issue import Secrets, new_sheet
from otayori.roster.sheets.secrets import new_password
from tests.cast import PASSWORD, Cast, guardian

pytestmark = pytest.mark.django_db


@dataclass
class Paper:
    """What the school handed out."""

    sheet: RegistrationSheet
    secrets: Secrets


def hand_out(student: Student) -> Paper:
    sheet, secrets = new_sheet(student.id, student.school, by=None, at=timezone.now())
    sheet.save(force_insert=True)
    return Paper(sheet, secrets)


def later(paper: Paper) -> None:
    """Time passes: the wait after a wrong try is over."""
    RegistrationSheet.objects.filter(pk=paper.sheet.pk).update(
        last_wrong_at=timezone.now() - timedelta(hours=1)
    )


def join(user: User, paper: Paper) -> Joined:
    return joining.join(user, paper.sheet, relation=Relation.MOTHER, notice_version="1")


def trouble_of(call, *args) -> Refused:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused) as caught:
        call(*args)
    return caught.value


def test_the_sheet_is_found_by_its_qr_code_and_by_what_is_typed(cast: Cast) -> None:
    paper = hand_out(cast.rin)
    assert joining.find_by_token(paper.secrets.token.upper()) == paper.sheet
    typed = f" {paper.secrets.code[:4].lower()}ー{paper.secrets.code[4:]}"
    assert joining.find_by_code("２００１", typed) == paper.sheet


def test_a_code_of_another_school_finds_nothing(cast: Cast) -> None:
    paper = hand_out(cast.rin)
    assert trouble_of(joining.find_by_code, cast.sakura.number, paper.secrets.code).trouble is Trouble.UNKNOWN


def test_a_slip_of_the_hand_is_told_apart_and_costs_no_try(cast: Cast) -> None:
    paper = hand_out(cast.rin)
    slipped = paper.secrets.password[:-1] + ("2" if paper.secrets.password[-1] != "2" else "3")
    assert trouble_of(joining.check_password, paper.sheet, slipped).trouble is Trouble.MISTYPED
    assert trouble_of(joining.find_by_code, "2001", "XXXX").trouble is Trouble.MISTYPED
    paper.sheet.refresh_from_db()
    assert paper.sheet.wrong_tries == 0


def test_five_wrong_passwords_close_the_sheet_and_each_is_logged(cast: Cast) -> None:
    paper = hand_out(cast.rin)
    for left in (4, 3, 2, 1):
        refused = trouble_of(joining.check_password, paper.sheet, new_password())
        assert (refused.trouble, refused.tries_left) == (Trouble.WRONG, left)
        later(paper)
    assert trouble_of(joining.check_password, paper.sheet, new_password()).trouble is Trouble.LOCKED
    later(paper)
    assert trouble_of(joining.check_password, paper.sheet, paper.secrets.password).trouble is Trouble.LOCKED
    entries = AuditEntry.objects.filter(action="sheet wrong password", object_id=paper.sheet.id)
    assert sorted(entry.detail["tries"] for entry in entries) == [1, 2, 3, 4, 5]


def test_who_tries_again_at_once_waits_and_loses_no_try(cast: Cast) -> None:
    paper = hand_out(cast.rin)
    trouble_of(joining.check_password, paper.sheet, new_password())
    refused = trouble_of(joining.check_password, paper.sheet, paper.secrets.password)
    assert refused.trouble is Trouble.SLOW
    assert refused.wait in (1, 2)
    later(paper)
    joining.check_password(paper.sheet, paper.secrets.password)
    paper.sheet.refresh_from_db()
    assert paper.sheet.wrong_tries == 0


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        ({"expires_at": timezone.now() - timedelta(days=1)}, Trouble.EXPIRED),
        ({"revoked_at": timezone.now()}, Trouble.REVOKED),
        ({"wrong_tries": 5}, Trouble.LOCKED),
    ],
)
def test_a_closed_sheet_says_why(cast: Cast, change: dict[str, object], trouble: Trouble) -> None:
    paper = hand_out(cast.rin)
    RegistrationSheet.objects.filter(pk=paper.sheet.pk).update(**change)
    assert trouble_of(joining.find_by_token, paper.secrets.token).trouble is trouble
    assert trouble_of(join, cast.kim.user, paper).trouble is trouble


def test_the_sheet_of_a_child_who_left_is_closed(cast: Cast) -> None:
    paper = hand_out(cast.rin)
    Student.objects.filter(pk=cast.rin.pk).update(left_at=timezone.now())
    assert trouble_of(joining.find_by_token, paper.secrets.token).trouble is Trouble.REVOKED


def test_four_guardians_join_by_one_sheet_and_a_fifth_does_not(cast: Cast) -> None:
    paper = hand_out(cast.rin)
    for person in (cast.kim, cast.yamada, cast.alvarez, cast.watanabe):
        assert join(person.user, paper) is Joined.NEW
    assert trouble_of(join, cast.blocked.user, paper).trouble is Trouble.FULL
    assert join(cast.kim.user, paper) is Joined.ALREADY


def test_kim_scans_the_sheet_of_a_child_who_is_linked_already(cast: Cast) -> None:
    assert join(cast.kim.user, hand_out(cast.haru)) is Joined.ALREADY
    assert Guardianship.objects.filter(guardian=cast.kim, student=cast.haru).count() == 1


def test_a_blocked_guardian_is_told_nothing_and_stays_blocked(cast: Cast) -> None:
    assert join(cast.blocked.user, hand_out(cast.sora)) is Joined.NEW
    assert Guardianship.objects.get(guardian=cast.blocked, student=cast.sora).blocked_at is not None


def test_a_teacher_who_is_a_parent_becomes_a_guardian_with_the_same_account(cast: Cast) -> None:
    assert join(cast.sato, hand_out(cast.rin)) is Joined.NEW
    assert cast.sato.guardian.students.get() == cast.rin


def test_an_address_has_one_account(cast: Cast) -> None:
    hashed = joining.hash_password(PASSWORD)
    new = NewAccount(email="KIM@mail.example", name="キム", password_hash=hashed, language="ja")
    with pytest.raises(joining.EmailTaken):
        joining.open_account(new)


@pytest.mark.parametrize(
    ("kana", "initials"),
    [
        ("ヤマダ タロウ", "Y.T."),
        ("イトウ　リン", "I.R."),
        ("ｷﾑ ﾊﾙ", "K.H."),
        ("じょん うぃりあむ", "J.W."),
        ("チョウ デュオン", "C.D."),
        ("ガルシア", "G."),
        ("Álvarez Mei", "A.M."),
        ("王 明", "＊.＊."),
        ("", "＊."),
    ],
)
def test_initials_say_enough_for_a_parent(kana: str, initials: str) -> None:
    assert initials_of(kana) == initials


@pytest.mark.django_db(transaction=True)
def test_two_guardians_at_the_same_moment_do_not_both_take_the_last_place(cast: Cast) -> None:
    paper = hand_out(cast.rin)
    for person in (cast.kim, cast.yamada, cast.alvarez):
        join(person.user, paper)
    late = [guardian(f"人{n}", f"late{n}@mail.example").user for n in range(3)]
    ends: list[str] = []
    start = threading.Barrier(len(late))

    def race(user: User) -> None:
        try:
            start.wait()
            ends.append(join(user, paper).value)
        except Refused as refused:
            ends.append(refused.trouble.value)
        finally:
            connection.close()

    threads = [threading.Thread(target=race, args=(user,)) for user in late]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["full", "full", "new"]
    assert paper.sheet.joined.count() == RegistrationSheet.MOST_GUARDIANS
