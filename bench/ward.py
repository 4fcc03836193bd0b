"""A ward of any size, made quickly: one school per 365 students, one guardian with one mail address each."""

from django.db import connection
from django.utils import timezone

from otayori.accounts.models import Membership, Role, User
from otayori.core import clock, crypto
from otayori.delivery.models import ChannelName, Endpoint
from otayori.roster.models import Enrolment, Guardian, Guardianship, Student
from otayori.schools import set_up
from otayori.schools.models import Classroom

A_SCHOOL = 365
AT_ONCE = 2000


def fill(count: int) -> User:
    """Make `count` guardians and their children; returns a board officer."""
    set_up.create_ward(name="みどり区", board="みどり区教育委員会", office="学校運営課")
    year = set_up.open_year(clock.school_year()).year
    rooms = []
    for n in range(-(-count // A_SCHOOL)):
        school = set_up.create_school(
            code=f"B1132{n:08d}", number=f"{1000 + n}", name=f"第{n + 1}小学校", kind="elementary"
        )
        room = Classroom.build(school, year, "P1", "1")
        room.save()
        rooms.append(room)
    for start in range(0, count, AT_ONCE):
        _register(range(start, min(start + AT_ONCE, count)), rooms)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does soon after so many rows came in
    officer = User.objects.create_user(email="tanaka@board.example", name="田中 主事")
    Membership.objects.create(user=officer, role=Role.BOARD_OFFICER)
    return officer


def _register(numbers: range, rooms: list[Classroom]) -> None:
    users, students, people, endpoints, links, enrolments = [], [], [], [], [], []
    for n in numbers:
        room = rooms[n // A_SCHOOL]
        user = User(name=f"保護者 {n}", password="!")
        user.set_email(f"guardian{n}@mail.example")
        student = Student(school=room.school, name=f"児童 {n}", kana="ジドウ")
        student.set_code(str(n))
        guardian = Guardian(user=user, notice_version="1", notice_accepted_at=timezone.now())
        users.append(user)
        students.append(student)
        people.append(guardian)
        links.append(Guardianship(guardian=guardian, student=student))
        enrolments.append(Enrolment(student=student, classroom=room, year_id=room.year_id, number=1))
        endpoints.append(
            Endpoint(
                guardian=guardian,
                channel=ChannelName.EMAIL,
                address=f"guardian{n}@mail.example",
                address_key=crypto.lookup_key("email address", f"guardian{n}@mail.example"),
                host="mail.example",
            )
        )
    for model, rows in (
        (User, users), (Student, students), (Guardian, people), (Guardianship, links),
        (Enrolment, enrolments), (Endpoint, endpoints),
    ):  # fmt: skip
        model.objects.bulk_create(rows)  # type: ignore[attr-defined]
