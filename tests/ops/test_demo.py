"""The demo ward, made small: a child in six, but everybody of the cast, and every kind of school."""

import re
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from otayori.accounts.models import Membership, Role, User
from otayori.core import crypto
from otayori.core.models import AuditEntry
from otayori.delivery.models import Batch, Delivery, Endpoint
from otayori.delivery.status import Status
from otayori.messaging import exposure, rules
from otayori.messaging.approve import sent_back
from otayori.messaging.models import (
    Attachment,
    AttachmentOpening,
    FollowUp,
    Message,
    MessageTemplate,
    Recipient,
    SavedAudience,
    StaffNotice,
)
from otayori.ops import demo
from otayori.ops.demo import cast, sheet, stories
from otayori.ops.demo.letters import LETTERS
from otayori.roster import joining
from otayori.roster.models import (
    Enrolment,
    Group,
    Guardian,
    Guardianship,
    RegistrationSheet,
    Student,
    code_key,
)
from otayori.schools.models import Classroom, School
from tests.ops.demo_size import SMALL

BASE = "http://localhost:8000"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def ward(django_db_setup: None, django_db_blocker: DjangoDbBlocker, data_dir: Path) -> Iterator[None]:
    """The ward, made once: the tests below look at it, and it is rolled back when they have."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(settings, "OTAYORI_DATA_DIR", data_dir)
        demo.fill(size=SMALL)
        yield
        transaction.set_rollback(True)
    crypto.forget()


@pytest.fixture(autouse=True)
def _leave_as_found(ward: None, data_dir: Path) -> Iterator[None]:
    """Each test in a savepoint of its own, and the file of the sheet as it was."""
    file = data_dir / "secrets" / "demo-sheet.json"
    content = file.read_bytes()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    file.write_bytes(content)


def student(part: cast.ChildPart) -> Student:
    return Student.objects.get(code_key=code_key(part.code))


def test_every_child_sits_in_a_class_and_the_register_is_in_kana_order() -> None:
    assert Counter(School.objects.values_list("kind", flat=True)) == {
        "kindergarten": 1, "elementary": 2, "junior_high": 1, "special_needs": 1,
    }  # fmt: skip
    assert Enrolment.objects.count() == Student.objects.count() > 200
    for room in Classroom.objects.all():
        register = list(room.enrolments.select_related("student").order_by("number"))
        assert [seat.number for seat in register] == list(range(1, len(register) + 1))
        kana = [seat.student.kana for seat in register]
        assert kana == sorted(kana)


def test_exactly_as_many_guardians_as_asked_and_most_children_have_one() -> None:
    assert Guardian.objects.count() == SMALL.guardians
    assert Endpoint.objects.count() == SMALL.guardians
    registered = Student.objects.filter(guardianships__isnull=False).distinct().count()
    assert 0.85 < registered / Student.objects.count() < 0.98
    assert all(address.endswith(".example") for address in (e.address for e in Endpoint.objects.all()))


def test_brothers_and_sisters_share_the_name_also_in_different_schools() -> None:
    children: dict[object, list[Student]] = {}
    for link in Guardianship.objects.select_related("student"):
        children.setdefault(link.guardian_id, []).append(link.student)
    several = [family for family in children.values() if len(family) > 1]
    assert 0.15 < len(several) / len(children) < 0.45
    for family in several:
        assert len({child.name.split(" ")[0] for child in family}) == 1
        assert len({child.name for child in family}) == len(family)
    assert any(len({child.school_id for child in family}) > 1 for family in several)


def test_schools_have_a_manager_class_teachers_and_groups() -> None:
    for school in School.objects.all():
        managers = 2 if school.number == cast.TAKAHASHI.school else 1  # a head, and a vice-principal
        assert Membership.objects.filter(school=school, role=Role.MANAGER).count() == managers
        taught = Classroom.objects.filter(school=school, teachers__isnull=False).distinct()
        assert taught.count() == Classroom.objects.filter(school=school).count()
        assert Group.objects.filter(school=school, students__isnull=False, staff__isnull=False).exists()
    assert Membership.objects.filter(role=Role.BOARD_OFFICER).count() == 3
    assert Membership.objects.filter(role=Role.AUDITOR).count() == 1


@pytest.mark.parametrize("email", [*(part.email for part in cast.STAFF), cast.KIM_EMAIL])
def test_the_cast_signs_in(client: Client, email: str) -> None:
    answer = client.post("/accounts/login/", {"login": email, "password": cast.PASSWORD})
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.by_email(email).id)  # type: ignore[union-attr]


def test_nobody_else_has_the_password() -> None:
    usable = [user.email for user in User.objects.all() if user.has_usable_password()]
    assert sorted(usable) == sorted([*(part.email for part in cast.STAFF), cast.KIM_EMAIL])


def test_kim_has_children_in_both_schools_and_has_been_written_to() -> None:
    kim = Guardian.objects.get(user=User.objects.by_email(cast.KIM_EMAIL))
    assert set(kim.students.all()) == {student(cast.HARU), student(cast.JUN)}
    senders = {row.message.school.name if row.message.school else "" for row in kim.received.all()}
    assert senders == {"", "桜小学校", "柏中学校"}
    assert kim.endpoints.get().state == Endpoint.State.ACTIVE


def test_nothing_of_the_past_waits_to_be_sent() -> None:
    assert set(Delivery.objects.values_list("status", flat=True)) == {Status.SENT, Status.FAILED}
    assert not Batch.objects.filter(closed_at__isnull=True).exists()
    failed = Delivery.objects.filter(status=Status.FAILED)
    disabled = Endpoint.objects.filter(state=Endpoint.State.DISABLED)
    assert set(failed.values_list("endpoint", flat=True)) <= set(disabled.values_list("id", flat=True))
    assert disabled.count() == 7
    assert set(disabled.values_list("code", flat=True)) == {"550 5.1.1"}


def test_the_past_is_over_and_mostly_read() -> None:
    released = Message.objects.filter(state=Message.State.RELEASED)
    assert released.count() == len(LETTERS)
    assert set(released.values_list("urgency", flat=True)) == {"emergency", "important", "normal", "leaflet"}
    for row in Recipient.objects.select_related("message__batch"):
        assert row.released_at == row.message.released_at == row.message.batch.released_at  # type: ignore[union-attr]
        assert row.read_at is None or row.read_at > row.released_at
    emergency = Recipient.objects.filter(message__urgency="emergency")
    assert emergency.filter(read_at__isnull=False).count() / emergency.count() > 0.85
    assert AuditEntry.objects.filter(action="message released").count() == len(LETTERS)
    to_come = Message.objects.get(state=Message.State.SCHEDULED)
    assert to_come.release_at is not None
    assert to_come.release_at > timezone.now()


def by_title(title: str) -> Message:
    return next(message for message in Message.objects.all() if message.title == title)


def test_letters_wait_for_an_approval_and_one_came_back() -> None:
    waiting = Message.objects.filter(state=Message.State.APPROVAL)
    assert sorted(message.asked_by.email for message in waiting if message.asked_by) == sorted(
        part.email for part in (cast.SATO, cast.KOBAYASHI, cast.TANAKA)
    )
    back = [step for message in Message.objects.all() if (step := sent_back(message))]
    assert [step.by.email for step in back] == [cast.TAKAHASHI.email]
    assert not StaffNotice.objects.filter(sent_at=None).exists()
    released = Message.objects.filter(state=Message.State.RELEASED, asked_by__isnull=False)
    assert {message.approved_by.email for message in released if message.approved_by} == {
        part.email for part in (cast.YAMAMOTO, cast.TAKAHASHI, cast.ITO)
    }


def test_files_were_checked_and_opened_by_some() -> None:
    kinds = Attachment.objects.filter(state=Attachment.State.READY).values_list("kind", flat=True)
    assert Counter(kinds) == {"pdf": 2, "office": 2, "image": 1}
    assert not Attachment.objects.exclude(state=Attachment.State.READY).exists()
    opened = AttachmentOpening.objects.filter(user__guardian__isnull=False)
    readers = Recipient.objects.filter(message__attachments__isnull=False, read_at__isnull=False)
    assert 0 < opened.values("user").distinct().count() <= readers.values("guardian").distinct().count()
    for opening in opened.select_related("attachment__message"):
        assert opening.at > opening.attachment.message.released_at  # type: ignore[operator]


def test_one_was_taken_back_before_all_had_seen_it() -> None:
    message = by_title(stories.RECALL.title)
    assert message.recalled_at is not None
    totals = exposure.total(exposure.exposures(message).values())
    assert 0 < totals.read < totals.people
    assert totals.saw_recall > 0


def test_one_was_corrected_and_one_reminded_of() -> None:
    assert stories.CORRECT.right in by_title(stories.CORRECT.title).text
    told = FollowUp.objects.select_related("batch", "message")
    assert sorted(one.kind for one in told) == ["correct", "recall", "remind"]
    for one in told:
        assert one.batch.closed_at is not None
        assert one.at == one.batch.released_at > one.message.released_at  # type: ignore[operator]


def test_rules_audiences_and_templates_are_there() -> None:
    strict = [school.number for school in School.objects.all() if rules.rules_of(school) != rules.OF_SCHOOLS]
    assert strict == [cast.ITO.school]
    assert SavedAudience.objects.count() == len(stories.SAVED)
    assert MessageTemplate.objects.exists()


def test_who_is_blocked_got_nothing() -> None:
    link = Guardianship.objects.filter(blocked_at__isnull=False).first()
    assert link is not None
    assert not Recipient.objects.filter(guardian=link.guardian).exists()


def test_the_sheet_that_is_printed_joins(data_dir: Path) -> None:
    lines = "\n".join(demo.sign_ins(BASE))
    token = re.search(rf"{BASE}/join/(\S+)", lines)[1]  # type: ignore[index]
    password = re.search(r"password: (\w{3}-\w{3}-\w{4})", lines)[1]  # type: ignore[index]
    found = joining.find_by_token(token)
    joining.check_password(found, password)
    assert found.student == student(cast.HINATA)
    assert not found.student.guardianships.exists()
    assert stat.S_IMODE((data_dir / "secrets" / "demo-sheet.json").stat().st_mode) == 0o600


def test_a_second_start_keeps_everything_and_replaces_a_sheet_that_is_closed() -> None:
    before, students = sheet.read(), Student.objects.count()
    demo.fill(size=SMALL)
    assert (sheet.read(), Student.objects.count()) == (before, students)
    RegistrationSheet.objects.update(wrong_tries=RegistrationSheet.MOST_TRIES)
    demo.fill(size=SMALL)
    after = sheet.read()
    assert after is not None
    assert after != before
    assert joining.find_by_token(after.token).student == student(cast.HINATA)
