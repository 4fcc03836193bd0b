"""Making the demo ward again, over another ward, and after an interruption."""

from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from otayori.core import crypto
from otayori.messaging.models import Recipient
from otayori.ops import demo
from otayori.ops.trouble import Trouble
from otayori.roster.models import Guardianship, Student
from otayori.schools import set_up
from tests.ops.demo_size import SMALL

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _own_data_dir(tmp_path: Path, settings: Settings) -> None:
    settings.OTAYORI_DATA_DIR = tmp_path


def test_the_same_people_every_time() -> None:
    def people() -> list[tuple[object, ...]]:
        demo.fill(size=SMALL)
        links = Guardianship.objects.select_related("guardian__user", "student__school")
        found = [
            (link.student.management_code, link.student.name, link.student.school.number, link.relation,
             link.guardian.user.name, link.guardian.user.email)
            for link in links
        ]  # fmt: skip
        read = Recipient.objects.filter(read_at__isnull=False).select_related("guardian__user")
        return [*sorted(found), *sorted((row.guardian.user.email,) for row in read)]

    with transaction.atomic():
        first = people()
        transaction.set_rollback(True)
    crypto.forget()
    assert people() == first


def test_a_real_ward_is_left_alone() -> None:
    set_up.create_ward(name="あおい区", board="あおい区教育委員会", office="学校運営課")
    with pytest.raises(Trouble, match="見本ではない区"):
        demo.fill(size=SMALL)
    assert not Student.objects.exists()


def test_an_interrupted_filling_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("otayori.ops.demo.make.write_told", interrupted)  # its files are written by then
        with pytest.raises(KeyboardInterrupt):
            demo.fill(size=SMALL)
    assert not demo.is_filled()
    assert not Student.objects.exists()
    demo.fill(size=SMALL)
    assert demo.is_filled()
