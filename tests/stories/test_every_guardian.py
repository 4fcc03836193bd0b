"""500 guardians, three messages, one worker, one relay: each gets what is meant for them, nobody else any."""

from collections import Counter

import pytest

from otayori.accounts.access import Access
from otayori.accounts.models import User
from otayori.delivery.parcel import Urgency
from otayori.messaging import compose, send
from otayori.messaging.audience import Audience, Target
from otayori.messaging.models import Message
from otayori.ops.postgres import EmbeddedPostgres
from otayori.schools.models import School
from tests.cast import Cast, guardian, student
from tests.delivery.smtp_server import Mail, SmtpServer
from tests.stories.processes import environment, ready, settled, statuses, worker

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

TYPHOON = (
    "【緊急】台風接近に伴う休校のお知らせ",
    "明日は区内の全校を休校とします。\n不要な外出はお控えください。",
)
SPORTS_DAY = (
    "運動会のご案内（髙橋・﨑山学級を含む）",
    "五月二十四日（土）に運動会を行います。①〜④の門からお入りください。",
)
OUTING = ("3年1組の遠足", "お弁当と水筒、☂をお持ちください。\n.で始まる行も、そのまま届きます。")
IN_P3_1, IN_SAKURA, ALL = 28, 250, 496


def families(cast: Cast) -> list[tuple[str, set[str]]]:
    """496 families more; returns each guardian's address and the titles that are meant for it."""
    meant = []
    for n in range(ALL):
        room = cast.p3_1 if n < IN_P3_1 else cast.p3_2 if n < IN_SAKURA else cast.j1_1
        children = [student(room, 10 + n, f"児童 {n}", "ジドウ", f"1{n:04}")]
        if is_sibling := n >= IN_SAKURA and n % 25 == 0:  # a second child, in the other school
            children.append(student(cast.p3_2, 500 + n, f"弟 {n}", "オトウト", f"2{n:04}"))
        guardian(f"保護者 {n}", f"family{n}@mail.example", *children)
        titles = {TYPHOON[0]}
        titles |= {SPORTS_DAY[0]} if n < IN_SAKURA or is_sibling else set()
        titles |= {OUTING[0]} if n < IN_P3_1 else set()
        meant.append((f"family{n}@mail.example", titles))
    return meant


def write(
    author: User, school: School | None, words: tuple[str, str], target: Target, urgency: Urgency
) -> Message:
    access = Access(author, tuple(author.memberships.all()))
    title, text = words
    draft = compose.start_draft(
        access,
        school,
        compose.Words(title=title, text=text, urgency=urgency, audience=Audience(include=(target,))),
    )
    return send.release(access, draft.id)


def read(mail: Mail) -> tuple[str, str]:
    """Return address and title of a mail, which says what was written and to whom."""
    message = mail.message
    title = str(message["Subject"])
    text = dict([TYPHOON, SPORTS_DAY, OUTING])[title]
    sender = "みどり区教育委員会" if title == TYPHOON[0] else "桜小学校"
    assert str(message["To"]) == mail.recipient
    assert message["From"].addresses[0].display_name == sender
    assert message["Content-Language"] == ("pt" if mail.recipient == "alvarez@mail.example" else "ja")
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        content = part.get_content()
        assert all(line in content for line in text.split("\n"))
    return mail.recipient, title


def test_each_guardian_gets_exactly_what_is_meant_for_them(cast: Cast, postgres: EmbeddedPostgres) -> None:
    # Kim has children in both schools; Watanabe's other guardian is blocked; Rin Ito's never registered.
    meant = dict(families(cast))
    meant["kim@mail.example"] = meant["yamada@mail.example"] = {TYPHOON[0], SPORTS_DAY[0], OUTING[0]}
    meant["watanabe@mail.example"] = {TYPHOON[0], SPORTS_DAY[0], OUTING[0]}
    meant["alvarez@mail.example"] = {TYPHOON[0], SPORTS_DAY[0]}
    assert len(meant) == 500

    with (
        SmtpServer().running_in_thread() as relay,
        worker(environment(postgres, relay.url("?starttls=never"))),
    ):
        ready()
        whole_school = Target(kind="school", id=cast.sakura.id)
        own_class = Target(kind="classroom", id=cast.p3_1.id)
        write(cast.sato, cast.sakura, OUTING, own_class, Urgency.NORMAL)
        write(cast.suzuki, cast.sakura, SPORTS_DAY, whole_school, Urgency.IMPORTANT)
        write(cast.tanaka, None, TYPHOON, Target(kind="ward"), Urgency.EMERGENCY)
        settled()

    arrived = Counter(read(mail) for mail in relay.received)
    assert arrived == Counter((address, title) for address, titles in meant.items() for title in titles)
    assert statuses() == {"sent": arrived.total()}
    assert len({mail.message["Message-ID"] for mail in relay.received}) == arrived.total()
