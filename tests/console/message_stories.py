"""What the stories about messages share: signing in, posting the compose form, releasing."""

from datetime import datetime, timedelta

from django.test import Client
from django.urls import reverse

from otayori.accounts.access import Access
from otayori.accounts.models import User
from otayori.core import clock
from otayori.messaging import compose, confirm, schedule, send
from otayori.messaging.audience import Audience, Target
from otayori.messaging.models import Message
from otayori.schools.models import School


def access(user: User) -> Access:
    return Access(user, tuple(user.memberships.all()))


def draft(author: User, school: School | None, *picked: Target, **words: object) -> Message:
    typed = {"title": "明日の遠足", "text": "お弁当をお持ちください。"} | words
    audience = Audience(include=picked)
    return compose.start_draft(access(author), school, compose.Words(audience=audience, **typed))  # type: ignore[arg-type]


def released(author: User, school: School | None, *picked: Target, **words: object) -> Message:
    return send.release(access(author), draft(author, school, *picked, **words).id)


def scheduled(author: User, school: School | None, *picked: Target, **words: object) -> Message:
    """Scheduled for the day after tomorrow, unless `release_at` says otherwise."""
    at = {"release_at": clock.now() + timedelta(days=2)}
    message = draft(author, school, *picked, **at | words)
    return schedule.schedule(access(author), message.id, confirm.look(message).fingerprint)


def whole(school: School) -> Target:
    return Target(kind="school", id=school.id)


def fields(*picked: Target, action: str = "confirm", **words: str) -> dict[str, object]:
    """The compose form as the browser posts it."""
    typed = {
        "title": "明日の遠足",
        "text": "お弁当をお持ちください。",
        "urgency": "normal",
        "category": "event",
    }
    return typed | {"to": [target.key for target in picked], "action": action} | words


def typed_moment(name: str, moment: datetime) -> dict[str, str]:
    """A day and a time of day, as the two controls of a field post them."""
    local = moment.astimezone(clock.TOKYO)
    return {f"{name}_0": f"{local:%Y-%m-%d}", f"{name}_1": f"{local:%H:%M}"}


def seen_on_confirm(client: Client, message: Message) -> str:
    """The fingerprint on the confirm page."""
    page = client.get(reverse("console:confirm", args=[message.id]))
    return str(page.context["seen"].fingerprint)


def press_send(client: Client, message: Message, seen: str) -> str:
    """Press the button of the confirm page; returns where it leads."""
    response = client.post(reverse("console:release", args=[message.id]), {"seen": seen})
    return str(response.headers["Location"])
