"""Who has no business with a thing gets 404 for it, on every address there is, by GET and by POST.

The addresses are walked, not listed: a new page is tried here without anybody remembering to.
"""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from otayori.accounts.models import Membership, Role, User
from otayori.messaging import send
from otayori.messaging.attachments import content
from otayori.messaging.audience import Target
from otayori.messaging.models import Attachment, MessageTemplate, SavedAudience
from otayori.roster.models import RegistrationSheet, RosterImport
from tests.cast import PASSWORD, Cast, staff
from tests.family.paper import attach
from tests.messaging.test_release import access, draft

pytestmark = pytest.mark.django_db

Things = dict[str, UUID | int]


@pytest.fixture
def things(cast: Cast) -> Things:
    """One of everything that belongs to sakura, by the name its addresses use."""
    school = Target(kind="school", id=cast.sakura.id)
    message = draft(cast.suzuki, cast.sakura, school)
    send.release(access(cast.suzuki), message.id)
    sheet = RegistrationSheet.objects.create(
        student=cast.aoi,
        token_key=b"t" * 16,
        code_key=b"c" * 16,
        password_key=b"p" * 16,
        issued_at=timezone.now(),
        expires_at=timezone.now(),
    )
    file = attach(message)
    preview = RosterImport.objects.create(
        school=cast.sakura, file_name="meibo.csv", digest="x", made_by=cast.suzuki
    )
    file = Attachment(
        message=message, name="おたより.pdf", size=1, state="ready", kind="pdf", media_type="application/pdf",
        digest="0" * 64, pages=1, added_by=cast.suzuki,
    )  # fmt: skip
    file.save(force_insert=True)
    content.keep_body(file, b"%")
    content.keep_page(file, 1, b"RIFF")
    saved = SavedAudience.objects.create(
        school=cast.sakura, owner=cast.suzuki, is_shared=True, name="全員", audience={}
    )
    return {
        "message_id": message.id,
        "attachment_id": file.id,
        "number": 1,
        "saved_id": saved.id,
        "student_id": cast.aoi.id,
        "sheet_id": sheet.id,
        "guardian_id": cast.yamada.id,
        "classroom_id": cast.p3_1.id,
        "school_id": cast.sakura.id,
        "user_id": cast.sato.id,
        "import_id": preview.id,
        "endpoint_id": cast.yamada.endpoints.get().id,
        "group_id": cast.soccer.id,
        "template_id": MessageTemplate.objects.create(school=cast.sakura, name="行事").id,
    }


def addresses(namespace: str, things: Things) -> Iterator[tuple[str, str]]:
    """Every address of a namespace that names a thing, for the things of sakura."""
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and resolver.namespace == namespace:
            for pattern in walk(resolver):
                named = pattern.pattern.regex.groupindex
                if named and "token" not in named:
                    missing = set(named) - set(things)
                    assert not missing, f"add a thing for {missing} to the fixture"
                    kwargs = {name: things[name] for name in named}
                    yield str(pattern.name), reverse(f"{namespace}:{pattern.name}", kwargs=kwargs)


def walk(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern)
        else:
            yield pattern


def answers(client: Client, address: str) -> set[int]:
    return {client.get(address).status_code, client.post(address).status_code} - {405}


def test_staff_of_another_school_and_families_find_nothing(cast: Cast, things: Things) -> None:
    other_manager = staff("森 校長", "mori@school.example", cast.kashiwa, Role.MANAGER)
    tried = 0
    for stranger in (cast.kobayashi, other_manager, cast.kim.user, cast.alvarez.user):
        client = Client()
        client.force_login(stranger)
        for name, address in addresses("console", things):
            assert answers(client, address) == {404}, (stranger, name)
            tried += 1
    assert tried > 60


def test_somebody_who_left_the_school_finds_nothing(cast: Cast, things: Things) -> None:
    Membership.objects.filter(user=cast.suzuki).delete()
    client = Client()
    client.force_login(cast.suzuki)
    for name, address in addresses("console", things):
        assert answers(client, address) == {404}, name


def test_who_is_not_signed_in_is_asked_to(cast: Cast, things: Things, client: Client) -> None:
    for namespace in ("console", "family"):
        for name, address in addresses(namespace, things):
            answer = client.get(address)
            if answer.status_code != 405:
                assert answer.headers["Location"].startswith("/accounts/login/"), name


def test_a_family_finds_nothing_of_another(cast: Cast, things: Things) -> None:
    school = Target(kind="student", id=cast.aoi.id)
    alone = draft(cast.suzuki, cast.sakura, school, title="葵さんへ")
    send.release(access(cast.suzuki), alone.id)
    alones = {"message_id": alone.id, "attachment_id": attach(alone).id}
    for stranger in (cast.kim.user, cast.blocked.user, cast.sato):
        client = Client()
        client.force_login(stranger)
        for name, address in addresses("family", things | alones):
            got = answers(client, address)
            assert got <= {404, 302}, (stranger, name)  # staff are led to their own pages
            assert cast.yamada.endpoints.filter(state="active").exists()


CHANGES = {
    # name of the address: who of the own school may post to it
    "import_preview": {"manager"},
    "import_apply": {"manager"},
    "import_discard": {"manager"},
    "issue_sheet": {"manager"},
    "issue_sheets": {"manager"},
    "revoke_sheet": {"manager"},
    "block_guardian": {"manager"},
    "unblock_guardian": {"manager"},
    "school_data": {"manager"},
    "member_invite": {"manager"},
    "member_invite_again": {"manager"},
    "member_remove": {"manager"},
    "stop": {"manager"},
    "unschedule": {"manager"},
    "attachments": {"author", "manager"},
    "attachment_start": {"author", "manager"},
    "attachment_append": {"author", "manager"},
    "attachment_finish": {"author", "manager"},
    "attachment_remove": {"author", "manager"},
    "override": {"manager"},
    "ask_approval": {"manager"},
    "approve": {"manager"},
    "send_back": {"manager"},
    "withdraw": {"manager"},
    "hasten": {"manager"},
    "sending_rules": {"manager"},
    "rename_audience": {"owner", "manager"},
    "delete_audience": {"owner", "manager"},
    "group_edit": {"manager"},  # and whom the manager makes its owner
    "group_staff": {"manager"},
    "group_retire": {"manager"},
    "group_take_up": {"manager"},
    "group_add": {"manager"},
    "group_remove": {"manager"},
    "group_put_back": {"manager"},
    "group_import": {"manager"},
    "group_copy": {"manager"},
    "remind": {"manager"},
    "recall": {"manager"},
    "correct": {"manager"},
    "late_joiners": {"manager"},
    "template": {"manager"},
    "template_move": {"manager"},
    "template_copy": {"manager"},
    "template_retire": {"manager"},
}


def test_a_teacher_changes_nothing_of_the_school(cast: Cast, things: Things) -> None:
    client = Client()
    client.force_login(cast.sato)
    for name, address in addresses("console", things):
        if name in CHANGES:
            assert client.post(address).status_code in (403, 404), name


def test_an_auditor_reads_and_changes_nothing(cast: Cast, things: Things) -> None:
    auditor = User.objects.create_user(email="kansa@board.example", name="監査 花子", password=PASSWORD)
    Membership.objects.create(user=auditor, role=Role.AUDITOR)
    client = Client()
    client.force_login(auditor)
    for name, address in addresses("console", things):
        if name in CHANGES:
            assert client.post(address).status_code in (403, 404), name
    for page in ("console:home", "console:messages", "console:roster", "console:registration"):
        assert client.get(reverse(page)).status_code == 200, page
    assert client.get(reverse("console:compose")).status_code in (403, 404)
