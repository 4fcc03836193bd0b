"""Staff of a school: bring a person in, change what they do there, take them out."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from otayori.accounts.models import Membership, Role, User
from otayori.core import audit, mail
from otayori.schools.models import Classroom, School

SCHOOL_ROLES = (Role.TEACHER, Role.MANAGER)


def people_of(school: School | None) -> list[Membership]:
    """Return the roles in a school and in the board, each with its person, in the order they came.

    None: in the board and in all schools. Nobody whose account is closed.
    """
    here = Q(school=school) | Q(school=None) if school else Q()
    found = Membership.objects.filter(here, user__is_active=True).select_related("user")
    return list(found.order_by("user__created_at", "user_id"))


@transaction.atomic
def add(*, email: str, name: str, school: School, by: User) -> User:
    """Return the person with this address, made without a password where new; no role is given yet.

    Somebody who has an account already (a guardian, a colleague from another school) keeps name and
    password. `invite` tells them how to sign in, `assign` what they do.
    """
    person = User.objects.by_email(email)
    if person is None:
        person = User.objects.create_user(email=email, name=name)
        audit.record("staff account made", actor_id=by.id, school_id=school.id, object_id=person.id)
    return person


@transaction.atomic
def assign(
    person: User, school: School, role: Role, *, classrooms: Collection[Classroom], by: User
) -> Membership:
    """Give a person exactly this role in the school, and these own classes (a teacher's)."""
    Membership.objects.filter(user=person, school=school).exclude(role=role).delete()
    membership, _new = Membership.objects.get_or_create(user=person, school=school, role=role)
    membership.classrooms.set(classrooms)
    audit.record(
        "membership set",
        actor_id=by.id,
        school_id=school.id,
        object_id=person.id,
        role=role.value,
        classrooms=len(classrooms),
    )
    return membership


@transaction.atomic
def remove(person: User, school: School, *, by: User) -> None:
    """Take a person out of the school's staff. The account stays: it may be a guardian's too."""
    if Membership.objects.filter(user=person, school=school).delete()[0]:
        audit.record("membership removed", actor_id=by.id, school_id=school.id, object_id=person.id)


def invite(person: User, school: School, *, address: str) -> None:
    """Mail how to sign in; `address` is the page where a password is set. Raises `mail.MailNotSent`."""
    text = _(
        "%(school)s の連絡システム「おたより」に、教職員として登録されました。\n\n"
        "はじめて使う方は、次のページでこのメールアドレスを入力し、パスワードを決めてください。\n%(address)s\n\n"
        "すでにパスワードをお持ちの方は、そのままログインできます。\n"
        "お心当たりがないときは、%(school)s にお知らせください。"
    ) % {"school": school.name, "address": address}
    mail.send_text(person.email, _("おたより 教職員の登録のご案内"), text)
