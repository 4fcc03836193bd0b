"""One of everything that belongs to sakura, by the name its addresses use."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from otayori.messaging import approve, confirm, dispatch, recall
from otayori.messaging.audience import Target
from otayori.messaging.models import Message, MessageTemplate, SavedAudience, SendingRules
from otayori.roster.models import Group, RegistrationSheet, RosterImport
from tests.cast import Cast
from tests.console.message_stories import access, draft, released, scheduled, whole
from tests.family.paper import attach

Things = dict[str, UUID | int]


def of_the_school(cast: Cast) -> Things:
    """What stands in addresses beside messages. What has an owner is the manager's."""
    now = timezone.now()
    sheet = RegistrationSheet.objects.create(
        student=cast.aoi,
        token_key=b"t" * 16,
        code_key=b"c" * 16,
        password_key=b"p" * 16,
        issued_at=now,
        expires_at=now + timedelta(days=30),
    )
    preview = RosterImport.objects.create(
        school=cast.sakura, file_name="meibo.csv", digest="x", made_by=cast.suzuki
    )
    saved = SavedAudience.objects.create(
        school=cast.sakura, owner=cast.suzuki, is_shared=True, name="全員", audience={}
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
        "group_id": cast.soccer.id,
        "saved_id": saved.id,
        "template_id": MessageTemplate.objects.create(school=cast.sakura, name="行事").id,
    }


def of_the_message(message: Message) -> Things:
    """What stands in addresses of a message; it gets a file."""
    return {"message_id": message.id, "attachment_id": attach(message).id, "number": 1}


def messages(cast: Cast) -> dict[str, Message]:
    """Messages of the teacher Sato to her own class, by their state."""
    room = Target(kind="classroom", id=cast.p3_1.id)
    recalled = released(cast.sato, cast.sakura, room)
    recall.recall(access(cast.sato), recalled.id, "日付が誤っていました")
    recalled.refresh_from_db()
    return {
        "draft": draft(cast.sato, cast.sakura, room),
        "approval": asked(cast, room),
        "scheduled": scheduled(cast.sato, cast.sakura, room),
        "undo": undoable(cast, room),
        "released": released(cast.sato, cast.sakura, room),
        "recalled": recalled,
    }


def others(cast: Cast) -> dict[str, Message]:
    """Messages of the manager of sakura, and of the board, by whom they are for."""
    child, support = Target(kind="student", id=cast.aoi.id), support_group(cast)
    return {
        "whole school": released(cast.suzuki, cast.sakura, whole(cast.sakura)),
        "one child": released(cast.suzuki, cast.sakura, child),
        "support group": released(cast.suzuki, cast.sakura, Target(kind="group", id=support.id)),
        "board": released(cast.tanaka, None, whole(cast.sakura)),
        "board, elsewhere": released(cast.tanaka, None, whole(cast.kashiwa)),
        "board, one child": released(cast.tanaka, None, child),
        "board draft": draft(cast.tanaka, None, whole(cast.sakura)),
    }


def asked(cast: Cast, *picked: Target) -> Message:
    """A message of the teacher Sato that waits for approval."""
    SendingRules.objects.filter(school=cast.sakura).update(own_class="approve")
    message = draft(cast.sato, cast.sakura, *picked)
    message = approve.ask(access(cast.sato), message.id, confirm.look(message).fingerprint)
    SendingRules.objects.filter(school=cast.sakura).update(own_class="free")
    return message


def undoable(cast: Cast, *picked: Target) -> Message:
    """A message of the teacher Sato within its undo time."""
    SendingRules.objects.filter(school=cast.sakura).update(undo_seconds=600)
    message = draft(cast.sato, cast.sakura, *picked)
    message = dispatch.dispatch(access(cast.sato), message.id, confirm.look(message).fingerprint)
    SendingRules.objects.filter(school=cast.sakura).update(undo_seconds=0)
    return message


def support_group(cast: Cast) -> Group:
    """A group whose members are not everybody's to know: Aoi of 3年1組."""
    group = Group.objects.create(school=cast.sakura, year_id=cast.year, name="まなびの教室", kind="support")
    group.students.add(cast.aoi)
    return group
