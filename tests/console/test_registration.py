"""登録状況: how many have registered, who is missing, and the sheets of a class as one PDF."""

import io
import re
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from otayori.accounts.models import User
from otayori.core import clock
from otayori.delivery.models import Endpoint
from otayori.roster import coverage
from otayori.roster.coverage import Coverage
from otayori.roster.models import Guardianship, RegistrationSheet
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def text_of(user: User, client: Client, name: str, *args: object, query: str = "") -> str:
    client.force_login(user)
    response = client.get(reverse(f"console:{name}", args=args) + query)
    assert response.status_code == 200
    return text(response)


def text(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def issue(client: Client, cast: Cast, **data: str) -> HttpResponse:
    client.force_login(cast.suzuki)
    address = reverse("console:issue_sheets", args=[cast.p3_1.id])
    return client.post(address, {"who": "all", "days": "90"} | data)  # type: ignore[return-value]


def test_coverage_counts_children_not_guardians(cast: Cast) -> None:
    Endpoint.objects.filter(guardian=cast.yamada).update(state="disabled")
    Guardianship.objects.filter(guardian=cast.watanabe).update(blocked_at=clock.now())
    found = coverage.by_classroom(cast.year, [cast.sakura.id, cast.kashiwa.id])
    assert found[cast.p3_1.id] == Coverage(students=3, registered=2, reachable=1)
    assert found[cast.p3_1.id].missing == 1
    assert found[cast.p3_1.id].unreachable == 1
    assert found[cast.p3_1.id].percent == 66
    assert found[cast.j1_1.id] == Coverage(students=2, registered=1, reachable=1)
    assert coverage.by_school(cast.year, [cast.sakura.id]) == {cast.sakura.id: Coverage(4, 3, 2)}


def test_a_teacher_sees_the_classes_of_the_own_school(cast: Cast, client: Client) -> None:
    page = text_of(cast.sato, client, "registration")
    assert "3年1組 3人 3人 0人 0人 100%" in page
    assert "1年1組" not in page


def test_the_board_sees_all_schools(cast: Cast, client: Client) -> None:
    page = text_of(cast.tanaka, client, "registration")
    assert "桜小学校 4人 4人 0人 0人 100%" in page
    assert "柏中学校 2人 1人 1人 0人 50%" in page
    assert "6人のうち 5人" in page


def test_who_is_missing_is_named(cast: Cast, client: Client) -> None:
    page = text_of(cast.kobayashi, client, "registration_classroom", cast.j1_1.id)
    assert "2人のうち、登録済み 1人、未登録 1人。" in page
    assert "伊藤 凛" in page
    assert "キム ジュン" not in page
    assert "登録手順書を発行する" not in page


def test_who_registered_but_is_not_reached_is_named_too(cast: Cast, client: Client) -> None:
    Endpoint.objects.filter(guardian=cast.kim).update(state="disabled")
    page = text_of(cast.kobayashi, client, "registration_classroom", cast.j1_1.id)
    assert "登録したが届かない人 1人" in page
    assert "キム ジュン" in page


def test_the_sheets_of_a_class_are_one_file_to_keep(cast: Cast, client: Client) -> None:
    response = issue(client, cast)
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert quote("登録手順書_桜小学校_3年1組.pdf") in disposition
    assert len(PdfReader(io.BytesIO(response.content)).pages) == 3
    assert RegistrationSheet.objects.filter(revoked_at__isnull=True).count() == 3


def test_printing_again_asks_first(cast: Cast, client: Client) -> None:
    issue(client, cast)
    page = text(issue(client, cast))
    assert "いま使える手順書が3枚あります" in page
    assert RegistrationSheet.objects.count() == 3
    assert issue(client, cast, agreed="on").headers["Content-Type"] == "application/pdf"
    assert RegistrationSheet.objects.filter(revoked_at__isnull=True).count() == 3
    assert RegistrationSheet.objects.count() == 6


def test_only_those_who_have_not_registered_can_be_chosen(cast: Cast, client: Client) -> None:
    Guardianship.objects.filter(student=cast.aoi).delete()
    response = issue(client, cast, who="missing", days="30")
    assert len(PdfReader(io.BytesIO(response.content)).pages) == 1
    assert RegistrationSheet.objects.get().student_id == cast.aoi.id


def test_one_child_gets_a_sheet_at_once(cast: Cast, client: Client) -> None:
    client.force_login(cast.suzuki)
    response = client.post(reverse("console:issue_sheet", args=[cast.haru.id]))
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert len(PdfReader(io.BytesIO(response.content)).pages) == 1
    assert "使えます" in text_of(cast.suzuki, client, "student", cast.haru.id)
