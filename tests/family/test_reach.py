"""「お知らせは届きますか」: what a guardian is shown, and what a device tells of itself."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from otayori.core import clock
from otayori.core.models import AuditEntry
from otayori.delivery.claim import claim
from otayori.delivery.contents import Contents
from otayori.delivery.endpoints import push_key
from otayori.delivery.models import Endpoint, Slice
from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.preferences import keep
from otayori.delivery.settle import settle
from otayori.roster.models import Guardian
from tests.cast import Cast
from tests.delivery.ledger import device, release_to
from tests.delivery.test_quiet_hours import digest_later

pytestmark = pytest.mark.django_db

ADDRESS = "https://push.example/abc"


@pytest.fixture
def kim(client: Client, cast: Cast) -> Client:
    client.force_login(cast.kim.user)
    return client


def phone(person: Guardian, address: str = ADDRESS) -> Endpoint:
    """A phone that knows its own push address."""
    found = device(person)
    found.address_key = push_key(address)
    found.save()
    return found


def post(client: Client, url: str, **told: object) -> Any:
    return client.post(url, json.dumps(told), content_type="application/json")


def said(client: Client, url: str = "/reach") -> str:
    return client.get(url).content.decode()


def overall(client: Client) -> list[str]:
    """The sentence that stands on top without script."""
    return re.findall(r'<p data-overall="([a-z-]+)">', said(client))


def push_goes_out(person: Guardian) -> None:
    taken = claim("normal", "webpush", 10, Contents())
    settle([Outcome(one, Verdict.SENT) for one in taken.tries], taken.tries, taken.slices)


def mails_now() -> list[str]:
    return [parcel.address for parcel in claim("normal", "email", 10, Contents()).parcels]


def test_one_sentence_says_by_what_a_guardian_is_reached(kim: Client, cast: Cast) -> None:
    assert overall(kim) == ["mail"]
    device(cast.kim)
    assert overall(kim) == ["others-mail"]
    cast.kim.endpoints.filter(channel="email").update(state="disabled", code="bounce 5.1.1")
    assert overall(kim) == ["others"]
    cast.kim.endpoints.update(state="disabled", code="permission")
    assert overall(kim) == ["nothing"]


def test_a_device_is_told_how_it_stands(kim: Client, cast: Cast) -> None:
    assert post(kim, "/reach/device", endpoint=ADDRESS).json() == {
        "id": "", "state": "unknown", "arrived": "", "others": False,
    }  # fmt: skip
    mine = phone(cast.kim)
    device(cast.kim)
    found = post(kim, "/reach/device", endpoint=ADDRESS).json()
    assert (found["id"], found["state"], found["others"]) == (str(mine.id), "active", True)
    phone(cast.yamada, "https://push.example/hers")
    assert post(kim, "/reach/device", endpoint="https://push.example/hers").json()["state"] == "unknown"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"endpoint": 3}', b'{"endpoint": ""}', b"\xff"])
def test_what_is_no_report_is_refused(kim: Client, body: bytes) -> None:
    for url in ("/reach/device", "/reach/report"):
        assert kim.post(url, body, content_type="application/json").status_code == 400


def test_a_device_that_lost_its_permission_is_taken_off_and_its_mails_go(kim: Client, cast: Cast) -> None:
    mine = phone(cast.kim)
    release_to([cast.kim, cast.yamada])
    push_goes_out(cast.kim)
    assert mails_now() == ["yamada@mail.example"]
    assert post(kim, "/reach/report", endpoint=ADDRESS, why="permission").json() == {"withdrawn": True}
    mine.refresh_from_db()
    assert (mine.state, mine.code) == ("disabled", "permission")
    assert mails_now() == ["kim@mail.example"]
    assert AuditEntry.objects.get(action="device withdrawn").detail == {"why": "permission", "mails": 1}
    assert post(kim, "/reach/report", endpoint=ADDRESS, why="permission").json() == {"withdrawn": False}


def test_mails_wait_on_where_another_device_shows_the_push(kim: Client, cast: Cast) -> None:
    phone(cast.kim)
    device(cast.kim)
    release_to([cast.kim])
    push_goes_out(cast.kim)
    post(kim, "/reach/report", endpoint=ADDRESS, why="gone")
    assert mails_now() == []


def test_what_is_held_for_an_hour_is_mailed_at_that_hour(kim: Client, cast: Cast) -> None:
    phone(cast.kim)
    keep(cast.kim, digest_later())
    release_to([cast.kim], may_wait=True)
    post(kim, "/reach/report", endpoint=ADDRESS, why="permission")
    assert mails_now() == []
    Slice.objects.filter(channel="webpush").update(due_at=clock.now() - timedelta(hours=1))
    taken = claim("normal", "webpush", 10, Contents())
    settle(taken.lost, taken.tries, taken.slices)
    assert mails_now() == ["kim@mail.example"]


def test_nobody_takes_off_the_device_of_another(kim: Client, cast: Cast) -> None:
    hers = phone(cast.yamada)
    assert post(kim, "/reach/report", endpoint=ADDRESS, why="gone").json() == {"withdrawn": False}
    hers.refresh_from_db()
    assert hers.state == "active"


def test_the_list_warns_whom_nothing_reaches_and_nobody_else(kim: Client, cast: Cast) -> None:
    assert "いまは、お知らせが届きません。" not in said(kim, "/")  # by mail alone: her choice
    cast.kim.endpoints.update(state="disabled", code="bounce 5.1.1")
    assert "いまは、お知らせが届きません。" in said(kim, "/")


def test_the_school_sees_why(cast: Cast, client: Client) -> None:
    phone(cast.kim)
    cast.kim.endpoints.filter(channel="email").delete()
    client.force_login(cast.kim.user)
    post(client, "/reach/report", endpoint=ADDRESS, why="permission")
    client.force_login(cast.sato)
    page = client.get(f"/console/registration/{cast.p3_1.id}").content.decode()
    assert "キム ハル" in page
    assert "通知が止められています" in page
