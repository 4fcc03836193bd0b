"""What the stories about messages share: signing in, posting the compose form, releasing."""

from django.test import Client
from django.urls import reverse

from otayori.accounts.access import Access
from otayori.accounts.models import User
from otayori.messaging import compose, send
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


def seen_on_confirm(client: Client, message: Message) -> str:
    """The fingerprint on the confirm page."""
    page = client.get(reverse("console:confirm", args=[message.id]))
    return str(page.context["seen"].fingerprint)


def press_send(client: Client, message: Message, seen: str) -> str:
    """Press the button of the confirm page; returns where it leads."""
    response = client.post(reverse("console:release", args=[message.id]), {"seen": seen})
    return str(response.headers["Location"])
