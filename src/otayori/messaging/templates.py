"""Templates (ひな形): who sees which, and what a school or the board does with its own."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.http import Http404

from otayori.accounts.access import Access, manager_only
from otayori.core import audit
from otayori.delivery.parcel import Urgency
from otayori.messaging import slots
from otayori.messaging.models import Category, MessageTemplate
from otayori.messaging.slots import Slot
from otayori.schools.models import School

MOST_NAME = 40  # characters; on a button


class NameTaken(Exception):
    """Another template of this school (or of the board) has the name."""


@dataclass(frozen=True)
class Told:
    """What a template is to say."""

    name: str
    title: str
    text: str
    urgency: Urgency = Urgency.NORMAL
    category: Category = Category.SCHOOL_LIFE
    slots: list[Slot] = field(default_factory=list)


def templates_of(school: School | None) -> QuerySet[MessageTemplate]:
    """The templates in use that a school (None: the board) has made itself."""
    return MessageTemplate.objects.filter(school=school, is_retired=False)


def templates_for(school: School | None) -> list[MessageTemplate]:
    """Return what may be used in the name of a school: its own, and those of the board without a namesake.

    A school that copied a template and changed it means its own.
    """
    where = Q(school=None) if school is None else Q(school=None) | Q(school=school)
    found = list(MessageTemplate.objects.filter(where, is_retired=False).order_by("position", "name"))
    own = {template.name for template in found if template.school_id}
    return [template for template in found if template.school_id or template.name not in own]


def open_template(access: Access, template_id: UUID) -> MessageTemplate:
    """Return a template this person may use, else 404: the board's are for everybody."""
    mine = Q(school=None) | Q(school__in=[school.id for school in access.schools])
    found = MessageTemplate.objects.filter(mine, id=template_id, is_retired=False).select_related("school")
    template = found.first()
    if template is None:
        raise Http404
    return template


def open_own(access: Access, template_id: UUID) -> MessageTemplate:
    """Return a template this person may change, else 404."""
    template = open_template(access, template_id)
    manager_only(access, template.school_id)
    return template


def slots_of(template: MessageTemplate) -> list[Slot]:
    """Return the slots in the order in which title and text name them."""
    return slots.named(f"{template.title}\n{template.text}", slots.load(template.slots))


def make(access: Access, school: School | None, told: Told) -> MessageTemplate:
    """Make a template of the school (None: of the board), last in its order. Raises `NameTaken`."""
    last = templates_of(school).aggregate(last=Max("position"))["last"]
    template = MessageTemplate(school=school, position=0 if last is None else last + 1)
    return _write(access, template, told, "template made")


def change(access: Access, template: MessageTemplate, told: Told) -> MessageTemplate:
    """Change a template; messages made with it stay as they are. Raises `NameTaken`."""
    return _write(access, template, told, "template changed")


def copy(access: Access, template: MessageTemplate, school: School) -> MessageTemplate:
    """Copy the board's to the school, in whose list it takes the place of the board's. Raises `NameTaken`."""
    copied = MessageTemplate(school=school, position=template.position)
    return _write(access, copied, told_by(template), "template copied")


def told_by(template: MessageTemplate) -> Told:
    """Return what a template says."""
    return Told(
        name=template.name,
        title=template.title,
        text=template.text,
        urgency=Urgency(template.urgency),
        category=Category(template.category),
        slots=slots_of(template),
    )


@transaction.atomic
def retire(access: Access, template: MessageTemplate) -> None:
    """Offer it no more."""
    template.is_retired, template.changed_by = True, access.user
    template.save(update_fields=["is_retired", "changed_by", "changed_at"])
    _record("template retired", access, template)


@transaction.atomic
def move(template: MessageTemplate, step: int) -> None:
    """Move it one place up (-1) or down (1) among those of its school and urgency."""
    rows = list(templates_of(template.school).select_for_update().order_by("position", "name"))
    is_emergency = template.urgency == Urgency.EMERGENCY
    alike = [row for row in rows if (row.urgency == Urgency.EMERGENCY) is is_emergency]
    here = next((place for place, row in enumerate(alike) if row.id == template.id), None)
    if here is None or not 0 <= here + step < len(alike):
        return
    alike[here], alike[here + step] = alike[here + step], alike[here]
    others = [row for row in rows if row not in alike]
    ordered = [*alike, *others] if is_emergency else [*others, *alike]
    for place, row in enumerate(ordered):
        row.position = place
    MessageTemplate.objects.bulk_update(ordered, ["position"])


def _write(access: Access, template: MessageTemplate, told: Told, deed: str) -> MessageTemplate:
    template.name, template.title, template.text = told.name, told.title, told.text
    template.urgency, template.category = told.urgency.value, told.category
    template.slots = slots.dump(told.slots)
    template.changed_by = access.user
    try:
        with transaction.atomic():
            template.save()
            _record(deed, access, template)
    except IntegrityError as error:
        if "template_name_once" in str(error):
            raise NameTaken from error
        raise
    return template


def _record(deed: str, access: Access, template: MessageTemplate) -> None:
    audit.record(deed, actor_id=access.user.id, school_id=template.school_id, object_id=template.id)
