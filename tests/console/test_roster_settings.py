"""設定: the own account for everybody, school and staff for its manager."""

import re

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import Membership, Role, User
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _letter_box(settings: pytest.FixtureRequest) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]


def text(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def at(name: str, *args: object) -> str:
    return reverse(f"console:{name}", args=args)


def test_a_teacher_finds_the_own_account_only(cast: Cast, client: Client) -> None:
    client.force_login(cast.sato)
    page = client.get(at("settings")).content.decode()
    assert "sato@school.example" in page
    assert reverse("account_change_password") in page
    assert reverse("mfa_index") in page
    assert reverse("usersessions_list") in page
    assert "教職員を管理する" not in page


def test_a_manager_sets_the_telephone_number(cast: Cast, client: Client) -> None:
    client.force_login(cast.suzuki)
    assert "03-1234-5678 のように" in text(client.post(at("school_data", cast.sakura.id), {"phone": "abc"}))
    client.post(at("school_data", cast.sakura.id), {"phone": "03-1111-2222"})
    cast.sakura.refresh_from_db()
    assert cast.sakura.phone == "03-1111-2222"


def test_a_new_teacher_is_brought_in_and_told_how_to_sign_in(cast: Cast, client: Client) -> None:
    client.force_login(cast.suzuki)
    form = {
        "name": "高木 先生",
        "email": "Takagi@school.example",
        "role": "teacher",
        "classrooms": [cast.p3_2.id],
    }
    page = text(client.post(at("member_invite", cast.sakura.id), form, follow=True))
    assert "登録の案内をメールで送りました" in page
    assert "高木 先生 教職員 3年2組 まだです" in page
    person = User.objects.by_email("takagi@school.example")
    assert person is not None
    assert not person.has_usable_password()
    [letter] = mail.outbox
    assert letter.to == ["Takagi@school.example"]
    assert reverse("account_reset_password") in letter.body
    assert "桜小学校" in letter.body


def test_a_guardian_can_be_a_teacher_too_and_keeps_the_account(cast: Cast, client: Client) -> None:
    client.force_login(cast.suzuki)
    form = {"name": "別の名", "email": "yamada@mail.example", "role": "teacher"}
    client.post(at("member_invite", cast.sakura.id), form)
    assert Membership.objects.get(user=cast.yamada.user).role == Role.TEACHER
    assert User.objects.get(id=cast.yamada.user_id).name == "山田 恵子"


def test_mail_that_does_not_leave_is_told_and_can_be_sent_again(
    cast: Cast, client: Client, settings: pytest.FixtureRequest
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_PORT = 1  # type: ignore[attr-defined]  # nobody listens there
    client.force_login(cast.suzuki)
    form = {"name": "高木 先生", "email": "takagi@school.example", "role": "teacher"}
    page = text(client.post(at("member_invite", cast.sakura.id), form, follow=True))
    assert "案内のメールを送れませんでした" in page
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    person = User.objects.by_email("takagi@school.example")
    assert person is not None
    client.post(at("member_invite_again", cast.sakura.id, person.id))
    assert len(mail.outbox) == 1


def test_role_and_classes_are_changed(cast: Cast, client: Client) -> None:
    client.force_login(cast.suzuki)
    address = at("member", cast.sakura.id, cast.sato.id)
    client.post(address, {"role": "teacher", "classrooms": [str(cast.p3_2.id)]})
    assert [room.id for room in Membership.objects.get(user=cast.sato).classrooms.all()] == [cast.p3_2.id]
    client.post(address, {"role": "manager"})
    assert [m.role for m in Membership.objects.filter(user=cast.sato)] == [Role.MANAGER]
    response = client.post(address, {"role": "teacher", "classrooms": [str(cast.j1_1.id)]})
    assert response.status_code == 200  # another school's class is no choice


def test_nobody_changes_or_removes_themselves(cast: Cast, client: Client) -> None:
    client.force_login(cast.suzuki)
    client.post(at("member", cast.sakura.id, cast.suzuki.id), {"role": "teacher"})
    assert Membership.objects.get(user=cast.suzuki).role == Role.MANAGER
    assert client.post(at("member_remove", cast.sakura.id, cast.suzuki.id)).status_code == 404


def test_who_is_removed_has_no_business_here_any_more(cast: Cast, client: Client) -> None:
    client.force_login(cast.suzuki)
    assert "佐藤 先生 さんを 桜小学校の教職員から外します" in text(
        client.get(at("member_remove", cast.sakura.id, cast.sato.id))
    )
    client.post(at("member_remove", cast.sakura.id, cast.sato.id))
    client.force_login(cast.sato)
    assert client.get(at("roster")).status_code == 404


def test_a_manager_has_no_say_in_another_school(cast: Cast, client: Client) -> None:
    client.force_login(cast.suzuki)
    for name, *args in (
        ("school_data", cast.kashiwa.id),
        ("members", cast.kashiwa.id),
        ("member_invite", cast.kashiwa.id),
        ("member", cast.kashiwa.id, cast.kobayashi.id),
        ("member", cast.sakura.id, cast.kobayashi.id),
        ("member_remove", cast.kashiwa.id, cast.kobayashi.id),
        ("member_invite_again", cast.kashiwa.id, cast.kobayashi.id),
    ):
        refused = 405 if name == "members" else 404  # a page that is only read takes no POST from anybody
        assert client.post(at(name, *args)).status_code == refused, name


def test_the_board_manages_every_school(cast: Cast, client: Client) -> None:
    client.force_login(cast.tanaka)
    assert "柏中学校" in text(client.get(at("settings")))
    assert "小林 先生" in text(client.get(at("members", cast.kashiwa.id)))
