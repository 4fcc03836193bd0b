"""名簿 as staff see it: the list, a child's page, blocking, and the doors between schools."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otayori.accounts.models import User
from otayori.core.models import AuditEntry
from otayori.delivery.models import Endpoint
from otayori.roster.models import Enrolment, Guardianship, RegistrationSheet, Student
from otayori.roster.sheets.issue import new_sheet
from tests.cast import Cast, classroom, guardian

pytestmark = pytest.mark.django_db


def page_of(user: User, client: Client, name: str, *args: object, query: str = "") -> str:
    client.force_login(user)
    response = client.get(reverse(f"console:{name}", args=args) + query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def status_of(
    user: User, client: Client, name: str, *args: object, post: bool = False, query: str = ""
) -> int:
    client.force_login(user)
    address = reverse(f"console:{name}", args=args) + query
    return (client.post(address) if post else client.get(address)).status_code


def searched(user: User, client: Client, typed: str) -> str:
    """By POST: a name does not stand in an address."""
    client.force_login(user)
    return client.post(reverse("console:roster"), {"q": typed}).content.decode()


def names_in(page: str) -> list[str]:
    return re.findall(r'class="row-link name"[^>]*>([^<]+)<', page)


def test_a_teacher_reads_the_roster_in_the_order_of_the_register(cast: Cast, client: Client) -> None:
    page = page_of(cast.sato, client, "roster")
    assert names_in(page) == ["キム ハル", "山田 葵", "渡辺 空", "アルバレス 芽衣"]
    assert "ジュン" not in page
    assert "名簿を取り込む" not in page


def test_a_name_is_found_by_any_kind_of_kana(cast: Cast, client: Client) -> None:
    assert names_in(searched(cast.sato, client, "やまだ")) == ["山田 葵"]
    assert names_in(searched(cast.sato, client, "ﾔﾏﾀﾞｱｵｲ")) == ["山田 葵"]
    assert names_in(searched(cast.sato, client, "芽衣")) == ["アルバレス 芽衣"]
    assert "見つかりません" in searched(cast.sato, client, "いない")


def test_one_class_can_be_picked_out(cast: Cast, client: Client) -> None:
    page = page_of(cast.sato, client, "roster", query=f"?class={cast.p3_2.id}")
    assert names_in(page) == ["アルバレス 芽衣"]


def test_the_list_says_who_can_be_reached(cast: Cast, client: Client) -> None:
    Endpoint.objects.filter(guardian=cast.alvarez).update(state="disabled")
    sky = searched(cast.suzuki, client, "渡辺")
    assert "1人" in sky  # the blocked one is not counted
    assert "届きます" in sky
    assert "届きません" in searched(cast.suzuki, client, "芽衣")


def test_addresses_of_guardians_are_nowhere(cast: Cast, client: Client) -> None:
    page = page_of(cast.suzuki, client, "student", cast.haru.id)
    assert "キム ソヨン" in page
    assert "メール" in page
    assert "kim@mail.example" not in page


def test_the_board_chooses_a_school_first(cast: Cast, client: Client) -> None:
    page = page_of(cast.tanaka, client, "roster")
    assert "桜小学校" in page
    assert "山田 葵" not in page
    assert names_in(page_of(cast.tanaka, client, "roster", query=f"?school={cast.kashiwa.id}")) == [
        "キム ジュン",
        "伊藤 凛",
    ]


def test_the_school_chosen_at_the_top_stays(cast: Cast, client: Client) -> None:
    client.force_login(cast.tanaka)
    address = reverse("console:choose_school")
    response = client.post(address, {"school": cast.kashiwa.id, "next": reverse("console:roster")})
    assert response.headers["Location"] == reverse("console:roster")
    assert "伊藤 凛" in page_of(cast.tanaka, client, "roster")
    client.force_login(cast.tanaka)
    response = client.post(address, {"school": cast.sakura.id, "next": "https://evil.example/"})
    assert response.headers["Location"] == reverse("console:home")


def test_a_teacher_of_the_other_school_finds_nothing_here(cast: Cast, client: Client) -> None:
    other = cast.kobayashi
    assert status_of(other, client, "roster", query=f"?school={cast.sakura.id}") == 404
    assert status_of(other, client, "student", cast.haru.id) == 404
    assert status_of(other, client, "block_guardian", cast.haru.id, cast.kim.id) == 404
    assert status_of(other, client, "issue_sheet", cast.haru.id, post=True) == 404
    assert status_of(other, client, "registration", query=f"?school={cast.sakura.id}") == 404
    assert status_of(other, client, "registration_classroom", cast.p3_1.id) == 404
    assert status_of(other, client, "issue_sheets", cast.p3_1.id, post=True) == 404
    assert status_of(other, client, "settings", query=f"?school={cast.sakura.id}") == 404
    assert status_of(other, client, "members", cast.sakura.id) == 404


def test_a_teacher_only_reads(cast: Cast, client: Client) -> None:
    sheet, _secrets = new_sheet(cast.haru.id, cast.sakura, by=cast.suzuki, at=timezone.now())
    sheet.save()
    assert status_of(cast.sato, client, "student", cast.haru.id) == 200
    for name, *args in (
        ("import",),
        ("block_guardian", cast.haru.id, cast.kim.id),
        ("unblock_guardian", cast.haru.id, cast.kim.id),
        ("revoke_sheet", cast.haru.id, sheet.id),
        ("members", cast.sakura.id),
        ("member_invite", cast.sakura.id),
        ("member", cast.sakura.id, cast.suzuki.id),
        ("member_remove", cast.sakura.id, cast.suzuki.id),
        ("school_data", cast.sakura.id),
    ):
        assert status_of(cast.sato, client, name, *args) == 404, name
        refused = 405 if name == "members" else 404  # a page that is only read takes no POST from anybody
        assert status_of(cast.sato, client, name, *args, post=True) == refused, name
    assert status_of(cast.sato, client, "issue_sheet", cast.haru.id, post=True) == 404
    assert status_of(cast.sato, client, "issue_sheets", cast.p3_1.id, post=True) == 404


def test_a_guardian_finds_no_door(cast: Cast, client: Client) -> None:
    assert status_of(cast.kim.user, client, "roster") == 404
    assert status_of(cast.kim.user, client, "student", cast.haru.id) == 404


def test_a_manager_blocks_a_guardian_and_takes_it_back(cast: Cast, client: Client) -> None:
    page = page_of(cast.suzuki, client, "block_guardian", cast.haru.id, cast.kim.id)
    assert "キム ソヨン さんへの、キム ハル さんについての配信と閲覧を止めます" in page
    link = Guardianship.objects.get(guardian=cast.kim, student=cast.haru)
    assert link.blocked_at is None

    client.post(reverse("console:block_guardian", args=[cast.haru.id, cast.kim.id]))
    link.refresh_from_db()
    assert link.blocked_at is not None
    assert Guardianship.objects.get(guardian=cast.kim, student=cast.jun).blocked_at is None
    entry = AuditEntry.objects.get(action="guardianship blocked")
    assert (entry.actor_id, entry.object_id) == (cast.suzuki.id, cast.haru.id)
    assert entry.detail == {"guardian": str(cast.kim.id)}
    assert "止めています" in page_of(cast.suzuki, client, "student", cast.haru.id)

    client.post(reverse("console:unblock_guardian", args=[cast.haru.id, cast.kim.id]))
    link.refresh_from_db()
    assert link.blocked_at is None


def test_a_sheet_is_revoked_after_asking(cast: Cast, client: Client) -> None:
    sheet, _secrets = new_sheet(cast.haru.id, cast.sakura, by=cast.suzuki, at=timezone.now())
    sheet.save()
    page = page_of(cast.suzuki, client, "revoke_sheet", cast.haru.id, sheet.id)
    assert "キム ハル さんの登録手順書を使えなくします" in page
    client.post(reverse("console:revoke_sheet", args=[cast.haru.id, sheet.id]))
    assert RegistrationSheet.objects.get(id=sheet.id).revoked_at is not None
    assert status_of(cast.suzuki, client, "revoke_sheet", cast.aoi.id, sheet.id) == 404


@pytest.mark.slow
def test_a_school_of_seven_hundred_costs_no_more_statements(
    cast: Cast, client: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    room = classroom(cast.sakura, cast.year, "P6", "1")
    children = []
    for number in range(1, 701):
        child = Student(school=cast.sakura, name=f"子供 {number}", kana="コ")
        child.set_code(f"9{number:04}")
        children.append(child)
    Student.objects.bulk_create(children)
    Enrolment.objects.bulk_create(
        [
            Enrolment(student=child, classroom=room, year_id=cast.year, number=number)
            for number, child in enumerate(children, start=1)
        ]
    )
    for number in range(5):
        guardian("保護者", f"g{number}@mail.example", children[number])
    client.force_login(cast.suzuki)
    client.get(reverse("console:roster"))
    with django_assert_max_num_queries(12):
        page = client.get(reverse("console:roster")).content.decode()
    assert "704人" in page
    assert len(names_in(re.sub(r"\s+", " ", page))) == 100
    with django_assert_max_num_queries(12):
        client.post(reverse("console:roster"), {"class": room.id, "q": "子供 7", "page": 2})
    with django_assert_max_num_queries(12):
        client.get(reverse("console:registration_classroom", args=[room.id]))
    with django_assert_max_num_queries(12):
        client.get(reverse("console:registration"))
    with django_assert_max_num_queries(12):
        client.get(reverse("console:student", args=[children[0].id]))
