"""A school of 1,200 children with names, guardians, messages: what the pages of a large school read."""

import os
from collections.abc import Iterator
from itertools import cycle, islice, product

from django.db import connection

from otayori.accounts.access import access_for
from otayori.accounts.models import User
from otayori.core import clock
from otayori.delivery import endpoints
from otayori.delivery.models import ChannelName, Endpoint
from otayori.messaging import compose, send
from otayori.messaging.audience import Audience, Target
from otayori.messaging.models import Message, Recipient
from otayori.roster.models import Enrolment, Group, GroupMember, Guardian, Guardianship, Student
from otayori.schools.models import Classroom, School

STUDENTS = 1200
ROOMS_A_GRADE = 6
GROUPS = 24
NOBODY_EVERY = 11  # every eleventh child has nobody registered
SECOND_EVERY = 5  # every fifth has two guardians

_FAMILY = [
    "佐藤",
    "鈴木",
    "高橋",
    "田中",
    "伊藤",
    "渡辺",
    "山本",
    "中村",
    "小林",
    "加藤",
    "吉田",
    "山田",
    "佐々木",
    "山口",
    "松本",
    "井上",
    "木村",
    "林",
    "斎藤",
    "清水",
]
_GIVEN = [
    "陽葵",
    "蓮",
    "結菜",
    "湊",
    "凛",
    "蒼",
    "芽依",
    "律",
    "紬",
    "樹",
    "咲茉",
    "悠真",
    "澪",
    "大翔",
    "陽菜",
    "朝陽",
    "葵",
    "颯太",
    "莉子",
    "新",
    "さくら",
    "伊織",
    "ひかり",
    "一颯",
]


def names() -> Iterator[str]:
    """Give names without end, 「佐藤 陽葵」; they begin to repeat after 480."""
    return cycle(f"{family} {given}" for given, family in product(_GIVEN, _FAMILY))


def grow(school: School, year: int, students: int = STUDENTS) -> list[Classroom]:
    """Fill an elementary school with classes, children, guardians and groups; returns its classes."""
    rooms = _rooms(school, year)
    children = [_student(school, name) for name in islice(names(), students)]
    Student.objects.bulk_create(children, batch_size=1000)
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                student=child, classroom=rooms[n % len(rooms)], year_id=year, number=n // len(rooms) + 1
            )
            for n, child in enumerate(children)
        ],
        batch_size=1000,
    )
    _guardians(children)
    _groups(school, year, children)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does; without, a release was planned for an empty school
    return rooms


def write(author: User, school: School, rooms: list[Classroom], count: int) -> list[Message]:
    """Let `author` have sent messages, one to the whole school and the rest to classes; a third is read."""
    access = access_for(author)
    sent = []
    for n in range(count):
        room = rooms[n % len(rooms)]
        target = Target(kind="classroom", id=room.id) if n else Target(kind="school", id=school.id)
        words = compose.Words(
            title=f"{room.label} 学級だより 第{n + 1}号",
            text="明日の持ち物は、お弁当と水筒です。\n雨のときは教室で食べます。\n" * 8,
            audience=Audience(include=(target,)),
        )
        sent.append(send.release(access, compose.start_draft(access, school, words).id))
    readers = Recipient.objects.filter(message__in=sent).extra(where=["messaging_recipient.id %% 3 = 0"])
    readers.update(read_at=clock.now(), read_version=1)
    return sent


def _rooms(school: School, year: int) -> list[Classroom]:
    there = Classroom.objects.filter(school=school, year_id=year)
    known = set(there.values_list("grade", "name"))
    wanted = [(f"P{grade}", str(n)) for grade in range(1, 7) for n in range(1, ROOMS_A_GRADE + 1)]
    Classroom.objects.bulk_create(
        [Classroom.build(school, year, *room) for room in wanted if room not in known]
    )
    return list(Classroom.objects.filter(school=school, year_id=year))


def _student(school: School, name: str) -> Student:
    child = Student(school=school, name=name, kana="ジドウ ハナコ")
    child.set_code(os.urandom(8).hex())
    return child


def _guardians(children: list[Student]) -> None:
    users, guardians, links, addresses = [], [], [], []
    for n, child in enumerate(children):
        if n % NOBODY_EVERY == 0:
            continue
        for which in range(2 if n % SECOND_EVERY == 0 else 1):
            user = User(name=f"{child.name.split()[0]} 保護者{which + 1}", password="!")
            user.set_email(f"guardian{n}-{which}@mail{n % 8}.example")
            person = Guardian(user=user, notice_version="1", notice_accepted_at=clock.now())
            users.append(user)
            guardians.append(person)
            links.append(Guardianship(guardian=person, student=child))
            if n % 23:
                addresses.append(_endpoint(person, user.email))
    User.objects.bulk_create(users, batch_size=1000)
    Guardian.objects.bulk_create(guardians, batch_size=1000)
    Guardianship.objects.bulk_create(links, batch_size=1000)
    Endpoint.objects.bulk_create(addresses, batch_size=1000)


def _endpoint(person: Guardian, email: str) -> Endpoint:
    return Endpoint(
        guardian=person,
        channel=ChannelName.EMAIL,
        address=email,
        address_key=endpoints.email_key(email),
        host=email.partition("@")[2],
        verified_at=clock.now(),
    )


def _groups(school: School, year: int, children: list[Student]) -> None:
    groups = [Group(school=school, year_id=year, name=f"第{n + 1}通学班") for n in range(GROUPS)]
    Group.objects.bulk_create(groups)
    GroupMember.objects.bulk_create(
        [GroupMember(group=groups[n % GROUPS], student=child) for n, child in enumerate(children)],
        batch_size=1000,
    )
