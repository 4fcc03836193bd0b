"""A ward of any size, made quickly: schools of 400 children in classes of 40, one guardian a child.

A million guardians come in by COPY in a few minutes. What delivery reads (addresses) is sealed as the product
does it; names are never read here, and one sealed name stands for all.
"""

import base64
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection
from django.db.models import Model

from otayori.accounts.models import Membership, Role, User
from otayori.core import clock, crypto
from otayori.core.fields import EncryptedText, Sealed
from otayori.core.ids import new_id
from otayori.delivery import endpoints
from otayori.delivery.models import ChannelName, Endpoint
from otayori.messaging.models import SendingRules
from otayori.roster.models import Enrolment, Guardian, Guardianship, Student
from otayori.schools import set_up
from otayori.schools.models import Classroom, School, Ward

A_SCHOOL = 400
A_CLASS = 40
AT_ONCE = 20_000
DOMAINS = 8  # of mail addresses: mail0.example …


@dataclass(frozen=True)
class Channels:
    """By which channels the guardians are reached: mail, and push through a service at `push_origin`."""

    mail: bool = True
    push_origin: str = ""


def fill(count: int, channels: Channels = Channels(), *, start: int = 0) -> None:
    """Add guardians number `start` to `count` and their children. `start` is a multiple of `A_SCHOOL`."""
    if not Ward.objects.exists():
        set_up.create_ward(name="みどり区", board="みどり区教育委員会", office="学校運営課")
    rooms = _build_schools(range(start // A_SCHOOL, -(-count // A_SCHOOL)))
    for begin in range(start, count, AT_ONCE):
        numbers = range(begin, min(begin + AT_ONCE, count))
        ours = [rooms[(number - start) // A_CLASS] for number in numbers]
        guardians = _register(numbers, ours)
        if channels.mail:
            _copy(Endpoint, _MAIL, (_mail_endpoint(n, g) for n, g in zip(numbers, guardians, strict=True)))
        if channels.push_origin:
            rows = zip(numbers, guardians, strict=True)
            _copy(Endpoint, _PUSH, (_push_endpoint(n, g, channels.push_origin) for n, g in rows))


def board_officer() -> User:
    """Add somebody who may write to the whole ward, alone: approving is not what is measured."""
    SendingRules.objects.create(school=None, own_class="free", decider="alone", undo_seconds=0)
    officer = User.objects.create_user(email="tanaka@board.example", name="田中 主事")
    Membership.objects.create(user=officer, role=Role.BOARD_OFFICER)
    return officer


def _build_schools(numbers: range) -> list[Classroom]:
    year = set_up.open_year(clock.school_year()).year
    rooms = []
    for number in numbers:
        school = set_up.create_school(
            code=f"B113{number:09d}", number=f"{number:06d}", name=f"第{number + 1}小学校", kind="elementary"
        )
        classes = [(f"P{n % 6 + 1}", str(n // 6 + 1)) for n in range(A_SCHOOL // A_CLASS)]
        rooms += [Classroom.build(school, year, grade, name) for grade, name in classes]
    Classroom.objects.bulk_create(rooms, batch_size=1000)
    return rooms


def _register(numbers: range, rooms: Sequence[Classroom]) -> list[UUID]:
    """Add people and children; returns the guardians' ids."""
    users, students, guardians = ([new_id() for _ in numbers] for _ in range(3))
    _copy(
        User,
        {"id": None, "login": None, "name": "保護者", "email": "guardian@mail.example", "password": "!"},
        ((user, os.urandom(16).hex()) for user in users),
    )
    _copy(
        Student,
        {
            "id": None,
            "school_id": None,
            "code_key": None,
            "name": "児童",
            "kana": "ジドウ",
            "management_code": "1",
        },
        ((student, room.school_id, os.urandom(16)) for student, room in zip(students, rooms, strict=True)),
    )
    _copy(
        Guardian,
        {"id": None, "user_id": None, "notice_version": "1", "notice_accepted_at": clock.now()},
        zip(guardians, users, strict=True),
    )
    _copy(Guardianship, {"guardian_id": None, "student_id": None}, zip(guardians, students, strict=True))
    _copy(
        Enrolment,
        {"student_id": None, "classroom_id": None, "year_id": rooms[0].year_id},
        ((student, room.id) for student, room in zip(students, rooms, strict=True)),
    )
    return guardians


_MAIL: dict[str, Any] = {
    "id": None, "guardian_id": None, "address": None, "address_key": None, "host": None,
    "channel": ChannelName.EMAIL, "verified_at": None,
}  # fmt: skip
_PUSH = _MAIL | {"channel": ChannelName.WEBPUSH}


def _mail_endpoint(number: int, guardian: UUID) -> tuple[Any, ...]:
    endpoint, host = new_id(), f"mail{number % DOMAINS}.example"
    address = f"guardian{number}@{host}"
    return endpoint, guardian, _seal(address, endpoint), endpoints.email_key(address), host, clock.now()


def _push_endpoint(number: int, guardian: UUID, origin: str) -> tuple[Any, ...]:
    endpoint, url = new_id(), f"{origin}/push/{number}"
    browser = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = browser.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    fields = {"auth": _base64url(os.urandom(16)), "endpoint": url, "p256dh": _base64url(point)}
    address = json.dumps(fields, separators=(",", ":"))
    return endpoint, guardian, _seal(address, endpoint), endpoints.push_key(url), origin, clock.now()


def _seal(address: str, endpoint: UUID) -> bytes:
    return crypto.seal(crypto.WARD, address, f"delivery_endpoint.address.{endpoint}")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _copy(model: type[Model], values: dict[str, Any], rows: Iterable[tuple[Any, ...]]) -> None:
    """Bring rows in by COPY. `values` names attributes; those that are None vary: rows give them in order."""
    varying = [name for name, value in values.items() if value is None]
    fields = {field.attname: field for field in model._meta.concrete_fields}  # noqa: SLF001 - Django's own way
    alike = _alike(model, values)
    ready = [(*row, *alike.values()) for row in rows]  # first: sealing may fetch a key over this connection
    columns = ", ".join(fields[name].column for name in [*varying, *alike])
    with connection.cursor() as cursor:
        table = model._meta.db_table  # noqa: SLF001 - Django's own way
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in ready:
                copy.write_row(row)


def _alike(model: type[Model], values: dict[str, Any]) -> dict[str, Any]:
    """What all rows have in common: what was given, and the model's defaults for the rest."""
    given = {name: value for name, value in values.items() if value is not None}
    row = model(**given)
    if isinstance(row, Student):
        row.school = School(id=new_id())
    found = {}
    for field in model._meta.concrete_fields:  # noqa: SLF001 - Django's own way
        if values.get(field.attname, 0) is None or (field.primary_key and "id" not in values):
            continue
        if isinstance(field, EncryptedText):
            sealed = Sealed(crypto.seal(crypto.WARD, given[field.attname], field.place(row)))
            found[field.attname] = sealed.data
            continue
        value = field.get_db_prep_save(field.pre_save(row, add=True), connection)
        found[field.attname] = value.value if isinstance(value, Enum) else value
    return found
