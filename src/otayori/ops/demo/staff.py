"""Write the staff of the board and the schools: a manager and the class teachers of each, and the cast."""

from collections.abc import Sequence
from typing import Final

from django.contrib.auth.hashers import make_password

from otayori.accounts.models import Membership, Role, User
from otayori.ops.demo import cast
from otayori.ops.demo.names import Names, full
from otayori.ops.demo.people import ROWS_AT_ONCE, Made
from otayori.ops.demo.plan import SEED, PlannedSchool
from otayori.schools.models import Classroom, School

_OFFICERS: Final = 1  # of the board beside the cast's
_WITHOUT_CLASS: Final = 2  # teachers of a school: the nurse, the one for music


class Staff:
    """Everybody who works for the ward, and what they do; `write` puts them into the database."""

    def __init__(self, planned: Sequence[PlannedSchool], made: Made) -> None:
        self._names = Names(SEED + 3)
        self._taken: set[str] = set()
        self._users: list[User] = []
        self._memberships: list[Membership] = []
        self._own: list[tuple[Membership, Classroom]] = []
        self.teachers: list[list[User]] = [[] for _ in planned]  # by position of the school, the cast's first
        self._cast(planned, made)
        for _ in range(_OFFICERS):
            self._stranger("board.example", None, Role.BOARD_OFFICER)
        self._stranger("audit.board.example", None, Role.AUDITOR)
        for position, plan in enumerate(planned):
            self._school(position, plan, made)

    def __len__(self) -> int:
        return len(self._users)

    def write(self) -> None:
        User.objects.bulk_create(self._users, batch_size=ROWS_AT_ONCE)
        Membership.objects.bulk_create(self._memberships, batch_size=ROWS_AT_ONCE)
        owned = Membership.classrooms.through
        owned.objects.bulk_create(
            [owned(membership_id=membership.id, classroom_id=room.id) for membership, room in self._own],
            batch_size=ROWS_AT_ONCE,
        )

    def _cast(self, planned: Sequence[PlannedSchool], made: Made) -> None:
        position = {plan.number: place for place, plan in enumerate(planned)}
        for part in cast.STAFF:
            school = None if part.school is None else made.schools[position[part.school]]
            user = User(name=part.name, password=make_password(cast.PASSWORD))
            user.set_email(part.email)
            self._taken.add(part.email)
            room = made.room_of(part.school, part.room) if part.school and part.room else None
            self._add(user, school, Role(part.role), room)
            if part.school and part.role == Role.TEACHER:
                self.teachers[position[part.school]].append(user)

    def _school(self, position: int, plan: PlannedSchool, made: Made) -> None:
        school = made.schools[position]
        if not any(m.school == school and m.role == Role.MANAGER for m in self._memberships):
            self._stranger(plan.domain, school, Role.MANAGER)
        have_teacher = {room.id for _, room in self._own}
        rooms = [made.rooms[position, row] for row in range(len(plan.rooms))]
        without: list[Classroom | None] = [room for room in rooms if room.id not in have_teacher]
        for room in without + [None] * _WITHOUT_CLASS:
            self.teachers[position].append(self._stranger(plan.domain, school, Role.TEACHER, room))

    def _stranger(
        self, domain: str, school: School | None, role: Role, room: Classroom | None = None
    ) -> User:
        """Somebody without a password: who needs one asks for it by mail, as new staff do."""
        home = self._names.household()
        name = full(home.family, self._names.adult(home, woman=len(self._users) % 5 < 3))
        user = User(name=name.written, password=make_password(None))
        user.set_email(self._free_address(name.roman, domain))
        self._add(user, school, role, room)
        return user

    def _free_address(self, local: str, domain: str) -> str:
        address, n = f"{local}@{domain}", 1
        while address in self._taken:
            n += 1
            address = f"{local}{n}@{domain}"
        self._taken.add(address)
        return address

    def _add(self, user: User, school: School | None, role: Role, room: Classroom | None) -> None:
        membership = Membership(user=user, school=school, role=role)
        self._users.append(user)
        self._memberships.append(membership)
        if room is not None:
            self._own.append((membership, room))
