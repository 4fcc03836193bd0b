"""One of everything that belongs to sakura, by the name its addresses use."""

from collections.abc import Callable, Mapping
from uuid import UUID

from django.utils import timezone

from otayori.messaging.audience import Target
from otayori.messaging.models import Message
from otayori.roster.models import RegistrationSheet, RosterImport
from tests.cast import Cast
from tests.console.message_stories import draft, released, scheduled

Things = dict[str, UUID | int]


def of_the_school(cast: Cast) -> Things:
    """What stands in addresses beside messages."""
    sheet = RegistrationSheet.objects.create(
        student=cast.aoi,
        token_key=b"t" * 16,
        code_key=b"c" * 16,
        password_key=b"p" * 16,
        issued_at=timezone.now(),
        expires_at=timezone.now(),
    )
    preview = RosterImport.objects.create(
        school=cast.sakura, file_name="meibo.csv", digest="x", made_by=cast.suzuki
    )
    return {
        "student_id": cast.aoi.id,
        "sheet_id": sheet.id,
        "guardian_id": cast.yamada.id,
        "classroom_id": cast.p3_1.id,
        "school_id": cast.sakura.id,
        "user_id": cast.sato.id,
        "import_id": preview.id,
        "endpoint_id": cast.yamada.endpoints.get().id,
    }


def messages(cast: Cast) -> dict[str, Message]:
    """Messages of the teacher Sato to her own class, by their state."""
    room = Target(kind="classroom", id=cast.p3_1.id)
    made: Mapping[str, Callable[..., Message]] = {
        "draft": draft,
        "scheduled": scheduled,
        "released": released,
    }
    return {state: make(cast.sato, cast.sakura, room) for state, make in made.items()}
