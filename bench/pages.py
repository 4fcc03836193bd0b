"""How long the console's pages take at the server, for a school of 1,200 children with 300 messages.

.venv/bin/python -m bench.pages --runs 15
"""

import logging
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bench import record
from bench.command import arguments
from bench.ground import calm, installation, relay_url

if TYPE_CHECKING:  # Django is set up later
    from uuid import UUID

    from django.test import Client

    from otayori.messaging.models import Message

GOAL = 200.0  # milliseconds
MESSAGES = 300
BARE = "/styleguide"  # a page that asks the database nothing


def pages(client: "Client", messages: "list[Message]") -> Iterator[tuple[str, str]]:
    """Give name and address of every page of the console that answers the manager with a page."""
    from django.urls import reverse
    from tests.addresses import addresses

    things = _things()
    for message in messages:
        file = message.attachments.first()
        about = {"message_id": message.id} | ({"attachment_id": file.id} if file else {})
        state = "recalled" if message.recalled_at else message.state
        for name, address in addresses("console", things | about):
            answer = client.get(address)
            kind = answer.headers.get("Content-Type", "")
            if answer.status_code == 200 and kind.startswith(("text/html", "text/csv")):
                yield f"{name} ({state})" if "messages/0" in address else name, address
    recalled = reverse("console:exposure", args=[messages[-1].id])
    yield "exposure, all (recalled)", f"{recalled}?show=all"
    yield "sign in", reverse("account_login")


def _things() -> "dict[str, UUID | int]":
    """One of everything that addresses name beside messages."""
    from otayori.accounts.models import User
    from otayori.messaging.models import MessageTemplate, SavedAudience
    from otayori.roster.models import Group, Student
    from otayori.schools.models import Classroom, School

    school, manager = School.objects.all()[0], User.objects.get(memberships__isnull=False)
    template = MessageTemplate.objects.create(school=school, name="行事", title="行事", text="明日です。")
    saved = SavedAudience.objects.create(school=school, owner=manager, name="全員", audience={})
    return {
        "student_id": Student.objects.all()[0].id,
        "classroom_id": Classroom.objects.all()[0].id,
        "school_id": school.id,
        "user_id": manager.id,
        "group_id": Group.objects.all()[0].id,
        "template_id": template.id,
        "saved_id": saved.id,
        "number": 1,
    }


def _with_files(message: "Message") -> "Message":
    """Give it three files with four pages of text."""
    from otayori.messaging.models import Attachment

    for name in ("遠足のしおり.pdf", "持ち物.pdf", "地図.pdf"):
        Attachment.objects.create(
            message=message, name=name, text="持ち物は、お弁当と水筒です。\n" * 120, added_by=message.author,
            size=1000, state="ready", digest="0" * 64, kind="pdf", media_type="application/pdf",
            is_readable=True, pages=4,
        )  # fmt: skip
    return message


def measure(client: "Client", address: str, runs: int) -> list[float]:
    """Milliseconds of each of `runs` answers, the page itself and all middleware; one to warm up."""
    client.get(address)
    took = []
    for _run in range(runs):
        begun = time.perf_counter()
        client.get(address)
        took.append((time.perf_counter() - begun) * 1000)
    return took


def report(bare: list[float], found: dict[str, list[float]]) -> record.Part:
    slowest = max(found, key=lambda name: record.median(found[name]))
    base = record.median(bare)
    rows = [
        [name, record.spread(took, 0), f"{record.median(took) / base:.1f}x"]
        for name, took in sorted(found.items(), key=lambda one: -record.median(one[1]))
    ]
    return record.Part(
        name="pages",
        title="Pages of a large school",
        how="Every page of the console that a manager sees, for a school of 1,200 children, 300 messages. "
        "The whole request in one process: middleware, session, statements, decryption, template; no network "
        "Beside it the bare page: the styleguide, which asks the database nothing.",
        figures=[
            record.Figure(f"slowest page, median: {slowest}", record.median(found[slowest]), "ms", GOAL)
        ],
        head=["page", "ms: median (range)", "by the bare page"],
        rows=rows,
    )


def main() -> None:
    parser = arguments(__doc__, recipients=1200, runs=15)
    asked = parser.parse_args()
    with installation(relay_url(9)) as postgres:
        from django.test import Client
        from django.test.utils import setup_test_environment

        from bench.big_school import grow, write
        from otayori.accounts.models import Membership, Role, User
        from otayori.config.warm import warm
        from otayori.core import clock
        from otayori.messaging import compose, recall
        from otayori.messaging.audience import Audience, Target
        from otayori.schools import set_up

        logging.disable(logging.WARNING)
        setup_test_environment()
        set_up.create_ward(name="みどり区", board="みどり区教育委員会", office="学校運営課")
        school = set_up.create_school(code="B113200000017", number="1001", name="桜小学校", kind="elementary")
        rooms = grow(school, set_up.open_year(clock.school_year()).year, asked.recipients)
        manager = User.objects.create_user(email="suzuki@school.example", name="鈴木 校長")
        Membership.objects.create(user=manager, school=school, role=Role.MANAGER)
        sent = write(manager, school, rooms, MESSAGES)
        words = compose.Words(
            title="運動会", text="お弁当", audience=Audience(include=(Target(kind="school", id=school.id),))
        )
        from otayori.accounts.access import access_for

        draft = compose.start_draft(access_for(manager), school, words)
        recalled = recall.recall(access_for(manager), sent[1].id, "宛先を間違えました。")
        everything = [_with_files(one) for one in (sent[0], draft, recalled)]
        calm(postgres)
        client = Client()
        client.force_login(manager)
        client.get("/console/")
        warm()  # as the server does
        found = {
            name: measure(client, address, asked.runs)
            for name, address in dict(pages(client, everything)).items()
        }
        record.save(report(measure(client, BARE, asked.runs), found))


if __name__ == "__main__":
    main()
