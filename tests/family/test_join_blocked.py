"""Watanabe, blocked from Sora, still has the sheet: it must not tell where Sora goes to school now."""

import pytest
from django.test import Client
from django.utils import timezone

from otayori.roster.models import RegistrationSheet, Student
from tests.cast import Cast
from tests.family.paper import hand_out, scan

pytestmark = pytest.mark.django_db


def move(child: Student, cast: Cast) -> None:
    child.move_to(cast.kashiwa)
    child.save()


def test_an_ended_sheet_does_not_name_the_school(cast: Cast, client: Client) -> None:
    _, of_sora = hand_out(cast.sora)
    _, of_aoi = hand_out(cast.aoi)
    move(cast.sora, cast)
    RegistrationSheet.objects.update(revoked_at=timezone.now())
    assert "柏中学校" not in client.get(f"/join/{of_sora.token}", follow=True).content.decode()
    assert "桜小学校" in client.get(f"/join/{of_aoi.token}", follow=True).content.decode()


def test_a_password_given_before_the_sheet_ended_shows_nothing(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.sora)
    assert "桜小学校" in scan(client, secrets).content.decode()
    move(cast.sora, cast)
    RegistrationSheet.objects.update(revoked_at=timezone.now())
    for answer in (client.get("/join/child", follow=True), client.post("/join/child", follow=True)):
        assert answer.redirect_chain[-1][0] == "/join/problem"
        assert "柏中学校" not in answer.content.decode()
