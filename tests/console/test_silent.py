"""Guardians of whom nobody knows whether anything reaches them: a phone in a drawer, and no mail."""

from datetime import timedelta

import pytest
from django.test import Client

from otayori.core import clock
from otayori.delivery.models import Endpoint
from otayori.delivery.silent import SILENT_AFTER, silent_guardians, silent_students
from tests.cast import Cast
from tests.delivery.ledger import device

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawer(cast: Cast) -> Endpoint:
    """Yamada's only way: a phone that was heard of long ago."""
    Endpoint.objects.filter(guardian=cast.yamada).delete()
    phone = device(cast.yamada)
    long_ago = clock.now() - SILENT_AFTER - timedelta(days=1)
    Endpoint.objects.filter(pk=phone.pk).update(created_at=long_ago, seen_at=long_ago)
    return phone


def test_a_phone_in_a_drawer_is_silent_until_it_is_heard_of(cast: Cast, drawer: Endpoint) -> None:
    assert list(silent_guardians()) == [cast.yamada]
    assert silent_students([cast.aoi.id, cast.haru.id]) == {cast.aoi.id}
    for column in ("seen_at", "arrived_at"):
        Endpoint.objects.filter(pk=drawer.pk).update(**{column: clock.now()})
        assert not silent_guardians().exists()
        Endpoint.objects.filter(pk=drawer.pk).update(**{column: None})


def test_who_gets_mail_is_not_silent(cast: Cast, drawer: Endpoint) -> None:
    Endpoint.objects.filter(guardian=cast.kim).update(guardian=cast.yamada)
    assert not silent_guardians().exists()


def test_the_school_sees_the_number_and_the_class_the_names(
    client: Client, cast: Cast, drawer: Endpoint
) -> None:
    client.force_login(cast.suzuki)
    assert "届いているか分からない人が 1人います" in client.get("/console/registration/").content.decode()
    page = client.get(f"/console/registration/{cast.p3_1.id}")
    assert [line.student for line in page.context["silent"]] == [cast.aoi]
    assert "60日以上" in page.content.decode()
