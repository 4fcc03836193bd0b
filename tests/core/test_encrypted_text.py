"""Names lie encrypted in the database, each sealed for its place."""

import pytest
import tink
from django.db import connection

from otayori.core import crypto
from otayori.roster.models import Student
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_name_is_read_back_and_is_not_in_the_row(cast: Cast) -> None:
    assert Student.objects.get(id=cast.aoi.id).name == "山田 葵"
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM roster_student WHERE id = %s", [cast.aoi.id])
        assert "山田".encode() not in bytes(cursor.fetchone()[0])


def test_a_value_copied_to_another_row_does_not_open(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE roster_student SET name = (SELECT name FROM roster_student WHERE id = %s) WHERE id = %s",
            [cast.aoi.id, cast.haru.id],
        )
    with pytest.raises(tink.TinkError):
        _ = Student.objects.get(id=cast.haru.id).name


def test_a_child_who_moves_school_is_sealed_under_the_new_schools_key(cast: Cast) -> None:
    child = Student.objects.get(id=cast.aoi.id)
    child.move_to(cast.kashiwa)
    child.save()
    crypto.forget()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_keyset WHERE name = %s", [cast.sakura.keyset_name])
    assert Student.objects.get(id=cast.aoi.id).name == "山田 葵"
    with pytest.raises(crypto.KeyMissing):
        _ = Student.objects.get(id=cast.haru.id).name


def test_an_encrypted_column_cannot_be_filtered_by_plain_text(cast: Cast) -> None:
    with pytest.raises(TypeError, match="encrypted"):
        Student.objects.filter(name="山田 葵").exists()
