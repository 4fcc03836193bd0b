"""What guardians of the stories hold in hand: sheets and messages that were sent to them."""

import re
from datetime import datetime
from typing import Any

from django.core import mail
from django.test import Client
from django.utils import timezone

from otayori.accounts.models import User
from otayori.delivery.models import Batch
from otayori.messaging.models import Message, Recipient, RecipientStudent
from otayori.roster.models import Guardian, RegistrationSheet, Student
from otayori.roster.sheets.issue import Secrets, new_sheet
from otayori.schools.models import School

NEW_PASSWORD = "asagao no tane wo maku"


def hand_out(student: Student) -> tuple[RegistrationSheet, Secrets]:
    """Give out a sheet of a student."""
    sheet, secrets = new_sheet(student.id, student.school, by=None, at=timezone.now())
    sheet.save(force_insert=True)
    return sheet, secrets


def send(school: School | None, author: User, *students: Student, **fields: Any) -> Message:
    """Release a message about these students to all of their guardians."""
    at: datetime = fields.pop("at", None) or timezone.now()
    text = {"title": "運動会の延期", "text": "あしたの運動会は延期します。"} | fields
    message = Message(school=school, author=author, **text)
    message.batch = Batch.objects.create(
        subject_id=message.id, school=school, lane=text.get("urgency", "normal"), released_at=at
    )
    message.state, message.released_at = Message.State.RELEASED, at
    message.save(force_insert=True)
    for guardian in Guardian.objects.filter(students__in=students).distinct():
        row = Recipient.objects.create(message=message, guardian=guardian, released_at=at)
        mine = [child for child in students if guardian.students.filter(pk=child.pk).exists()]
        RecipientStudent.objects.bulk_create(
            [RecipientStudent(recipient=row, student=child) for child in mine]
        )
    return message


def scan(client: Client, secrets: Secrets, password: str | None = None) -> Any:
    """Scan a sheet and type its password; return the page that comes."""
    client.get(f"/join/{secrets.token}")
    return client.post("/join/password", {"password": password or secrets.password}, follow=True)


def fill_in(client: Client, **typed: str) -> Any:
    """Say yes to the child and the notice, and fill in the account."""
    client.post("/join/child")
    client.post("/join/notice")
    account = {"email": "ito@mail.example", "name": "伊藤 桜", "relation": "mother", "password": NEW_PASSWORD}
    return client.post("/join/account", account | typed, follow=True)


def code_in_mail() -> str:
    """Return the code of the newest mail."""
    found = re.search(r"\d{6}", str(mail.outbox[-1].body))
    assert found
    return found[0]
