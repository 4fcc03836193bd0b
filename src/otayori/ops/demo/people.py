"""Write the planned schools and families as rows, many at a time."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Final, TypeVar
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password

from otayori.accounts.models import User
from otayori.core import clock
from otayori.delivery.endpoints import email_key
from otayori.delivery.models import ChannelName, Endpoint
from otayori.ops.demo import cast
from otayori.ops.demo.families import Adult, Child, Family
from otayori.ops.demo.plan import SEED, PlannedSchool
from otayori.ops.demo.telling import Advance
from otayori.roster.models import Enrolment, Guardian, Guardianship, Student
from otayori.schools import set_up
from otayori.schools.models import Classroom, School

T = TypeVar("T")
AT_ONCE: Final = 500  # families
ROWS_AT_ONCE: Final = 2000


@dataclass
class Made:
    """What is in the database so far, in the order of the plan: what is drawn later is always the same."""

    year: int
    schools: list[School] = field(default_factory=list)
    rooms: dict[tuple[int, int], Classroom] = field(default_factory=dict)  # by position: school, class
    students: list[tuple[Child, UUID]] = field(default_factory=list)
    guardians: list[UUID] = field(default_factory=list)
    endpoints: list[UUID] = field(default_factory=list)  # of the guardian at the same place

    def room_of(self, school: str, room: tuple[str, str]) -> Classroom:
        """Return a class by the school's number, the grade and the name."""
        return next(
            made
            for made in self.rooms.values()
            if (made.school.number, (made.grade, made.name)) == (school, room)
        )


def write_schools(planned: Sequence[PlannedSchool], made: Made, advance: Advance) -> None:
    """Create the ward, its schools and their classes of this year."""
    set_up.create_ward(
        name="みどり区", board="みどり区教育委員会", office="教育委員会事務局学校運営課", phone="03-0000-0100"
    )
    set_up.open_year(made.year)
    for position, plan in enumerate(planned):
        school = set_up.create_school(
            code=plan.code,
            number=plan.number,
            name=plan.name,
            kind=plan.kind,
            kana=plan.kana,
            phone=f"03-0000-{plan.number}",
        )
        made.schools.append(school)
        for row, room in enumerate(plan.rooms):
            made.rooms[position, row] = Classroom.build(school, made.year, room.grade, room.name)
        advance(1)
    Classroom.objects.bulk_create(made.rooms.values(), batch_size=ROWS_AT_ONCE)


def write_families(families: Iterable[Family], made: Made, advance: Advance) -> None:
    """Create the students with their seats, and the guardians with their addresses."""
    random = Random(SEED + 2)  # noqa: S311 - people who don't exist
    for some in _chunks(families, AT_ONCE):
        rows = _Rows(made, random, clock.now())
        for family in some:
            rows.add(family)
        rows.write()
        advance(len(rows.students))


class _Rows:
    """The rows of some families."""

    def __init__(self, made: Made, random: Random, now: datetime) -> None:
        self._made = made
        self._random = random
        self._now = now
        self.students: list[Student] = []
        self.enrolments: list[Enrolment] = []
        self.users: list[User] = []
        self.guardians: list[Guardian] = []
        self.endpoints: list[Endpoint] = []
        self.links: list[Guardianship] = []

    def add(self, family: Family) -> None:
        children = [self._student(child) for child in family.children]
        for adult in family.adults:
            self._guardian(adult, children)

    def write(self) -> None:
        Student.objects.bulk_create(self.students, batch_size=ROWS_AT_ONCE)
        Enrolment.objects.bulk_create(self.enrolments, batch_size=ROWS_AT_ONCE)
        User.objects.bulk_create(self.users, batch_size=ROWS_AT_ONCE)
        Guardian.objects.bulk_create(self.guardians, batch_size=ROWS_AT_ONCE)
        Endpoint.objects.bulk_create(self.endpoints, batch_size=ROWS_AT_ONCE)
        Guardianship.objects.bulk_create(self.links, batch_size=ROWS_AT_ONCE)

    def _student(self, child: Child) -> Student:
        room = self._made.rooms[child.seat.school, child.seat.room]
        student = Student(school=room.school, name=child.name.written, kana=child.name.kana)
        student.set_code(child.code)
        self.students.append(student)
        self.enrolments.append(
            Enrolment(student=student, classroom=room, year_id=room.year_id, number=child.number)
        )
        self._made.students.append((child, student.id))
        return student

    def _guardian(self, adult: Adult, children: list[Student]) -> None:
        since = self._now - timedelta(minutes=self._random.randrange(30 * 1440, 200 * 1440))
        user = User(name=adult.name, language=adult.language, password=_password(adult))
        user.set_email(adult.email)
        guardian = Guardian(user=user, notice_version="1", notice_accepted_at=since)
        endpoint = Endpoint(
            guardian=guardian,
            channel=ChannelName.EMAIL,
            address=adult.email,
            address_key=email_key(adult.email),
            host=adult.email.rpartition("@")[2],
            verified_at=since,
        )
        blocked_at = self._now - timedelta(days=20) if adult.is_blocked else None
        self.users.append(user)
        self.guardians.append(guardian)
        self.endpoints.append(endpoint)
        self.links += [
            Guardianship(guardian=guardian, student=child, relation=adult.relation, blocked_at=blocked_at)
            for child in children
        ]
        self._made.guardians.append(guardian.id)
        self._made.endpoints.append(endpoint.id)


def _password(adult: Adult) -> str:
    """The others ask for one by mail. Theirs is what make_password(None) gives, without its 0.1 ms each."""
    if adult.email == cast.KIM_EMAIL:
        return make_password(cast.PASSWORD)
    return UNUSABLE_PASSWORD_PREFIX + secrets.token_urlsafe(30)


def _chunks(things: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(things)
    while some := list(islice(source, size)):
        yield some
