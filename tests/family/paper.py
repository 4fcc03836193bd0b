"""What guardians of the stories hold in hand: sheets and messages that were sent to them."""

import hashlib
import io
import re
from datetime import datetime
from typing import Any

from django.core import mail
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw

from otayori.accounts.models import User
from otayori.delivery.models import Batch
from otayori.messaging.attachments import content
from otayori.messaging.models import Attachment, Message, MessageVersion, Recipient, RecipientStudent
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


def attach(message: Message, name: str = "遠足のしおり.pdf", *, pages: int = 1, **fields: Any) -> Attachment:
    """Attach a file that was checked, with pictures of its pages."""
    data: bytes = fields.pop("data", b"%PDF-1.7 shiori")
    kept: dict[str, Any] = {
        "kind": "pdf", "media_type": "application/pdf", "state": "ready", "is_readable": True,
        "size": len(data), "text": "持ち物\n水筒、お弁当\n集合 8:15 https://sakura.example/mapをご覧ください。",
    }  # fmt: skip
    file = Attachment(message=message, name=name, pages=pages, added_by=message.author, **kept | fields)
    file.digest = hashlib.sha256(data).hexdigest()
    file.save(force_insert=True)
    content.keep_body(file, data)
    for number in range(1, pages + 1):
        content.keep_page(file, number, picture_of_page(number))
    return file


def picture_of_page(number: int) -> bytes:
    """A page of paper as a picture."""
    page = Image.new("RGB", (420, 594), "white")
    pen = ImageDraw.Draw(page)
    pen.text((40, 40), f"page {number}", fill="black", font_size=40)
    for line in range(8):
        pen.line((40, 140 + line * 50, 380 - line % 3 * 60, 140 + line * 50), fill="grey", width=6)
    written = io.BytesIO()
    page.save(written, "WEBP")
    return written.getvalue()


def recall(message: Message, by: User, reason: str = "宛先を間違えました。") -> Message:
    """Leave the message as it is once it was recalled."""
    message.recalled_at, message.recalled_by, message.recall_reason = timezone.now(), by, reason
    message.version += 1
    message.save()
    return message


def correct(message: Message, by: User, *, note: str = "", **words: str) -> Message:
    """Give the message other words, and keep the old ones as a version."""
    old = MessageVersion(message=message, number=message.version, title=message.title, text=message.text)
    old.replaced_at, old.replaced_by, old.note = timezone.now(), by, note
    old.save(force_insert=True)
    message.version += 1
    for name, value in words.items():
        setattr(message, name, value)
    message.save()
    return message


def scan(client: Client, secrets: Secrets, password: str | None = None) -> Any:
    """Scan a sheet and type its password; return the page that comes."""
    client.get(f"/join/{secrets.token}")
    return client.post("/join/password", {"password": password or secrets.password}, follow=True)


def fill_in(client: Client, **typed: str) -> Any:
    """Say yes to the child, where the notice stands, and fill in the account."""
    client.post("/join/child")
    account = {"email": "ito@mail.example", "name": "伊藤 桜", "relation": "mother", "password": NEW_PASSWORD}
    return client.post("/join/account", account | typed, follow=True)


def code_in_mail() -> str:
    """Return the code of the newest mail."""
    found = re.search(r"\d{6}", str(mail.outbox[-1].body))
    assert found
    return found[0]
