"""The guardian's devices: named, told apart, tried, given up, and lost."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otayori.core.models import AuditEntry
from otayori.delivery import endpoints
from otayori.delivery.models import Endpoint
from tests.cast import PASSWORD, Cast
from tests.family.push_service import Browser, push_service

pytestmark = pytest.mark.django_db

ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
URL = "https://fcm.googleapis.com/fcm/send/"


@pytest.fixture
def kim(cast: Cast, client: Client, settings: Any) -> Client:
    settings.OTAYORI_PUSH_HOSTS = ("fcm.googleapis.com", "http://127.0.0.1")
    client.post("/accounts/login/", {"login": "kim@mail.example", "password": PASSWORD})
    return client


def post(client: Client, address: str, body: object) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(address, text, content_type="application/json", headers={"User-Agent": ANDROID})


def add(client: Client, name: str) -> Endpoint:
    """Subscribe a device whose push address ends with this name."""
    said = post(client, "/push/subscribe", Browser().subscription(URL + name)).json()
    return Endpoint.objects.get(id=said["id"])


def test_a_device_has_the_name_its_guardian_gives_it(cast: Cast, kim: Client) -> None:
    device = add(kim, "mine")
    address = reverse("family:rename_device", args=[device.id])
    assert "Android の Chrome" in kim.get(address).content.decode()
    assert "必須" in kim.post(address, {"name": " "}).content.decode()
    told = kim.post(address, {"name": "お母さんのスマホ"}, follow=True).content.decode()
    assert "お母さんのスマホ" in told
    add(kim, "mine")  # the app says again what it is
    assert "お母さんのスマホ" in kim.get("/settings/devices").content.decode()


def test_when_a_device_was_last_seen_is_said(cast: Cast, kim: Client) -> None:
    device = add(kim, "mine")
    assert "登録した日時" in kim.get("/settings/devices").content.decode()
    Endpoint.objects.filter(id=device.id).update(seen_at=timezone.now(), arrived_at=timezone.now())
    page = kim.get("/settings/devices").content.decode()
    assert "最後に開いた日時" in page
    assert "最後に通知が届いた日時" in page


def test_a_device_learns_which_one_it_is(cast: Cast, kim: Client) -> None:
    mine, other = add(kim, "mine"), add(kim, "other")
    assert post(kim, "/push/which", {"endpoint": URL + "mine"}).json() == {"id": str(mine.id)}
    endpoints.remove(cast.kim, other.id)
    assert post(kim, "/push/which", {"endpoint": URL + "other"}).json() == {}
    assert post(kim, "/push/which", []).status_code == 400
    kim.force_login(cast.yamada.user)
    assert post(kim, "/push/which", {"endpoint": URL + "mine"}).json() == {}


@pytest.mark.parametrize(
    ("status", "here", "words"),
    [
        (201, "", "その端末で確かめてください"),
        (201, "1", "数秒で、この端末に届きます"),
        (410, "", "登録が切れていました"),
        (403, "", "断られました"),
        (500, "", "数分待って"),
    ],
)
def test_a_test_push_says_no_more_than_is_known(kim: Client, status: int, here: str, words: str) -> None:
    with push_service() as service:
        service.status = status
        said = post(kim, "/push/subscribe", Browser().subscription(service.url)).json()
        address = reverse("family:try_device", args=[said["id"]])
        told = kim.post(address, {"here": here}, headers={"Accept": "application/json"}).json()
        assert words in told["words"]
        if status != 410:
            assert words in kim.post(address, {"here": here}, follow=True).content.decode()  # without script
    assert told["ok"] is (status == 201)


def test_an_address_is_no_device_and_a_dead_device_is_not_tried(cast: Cast, kim: Client) -> None:
    mail, device = Endpoint.objects.get(guardian=cast.kim), add(kim, "mine")
    Endpoint.objects.filter(id=device.id).update(state="disabled", code="http 410")
    assert kim.get(reverse("family:rename_device", args=[mail.id])).status_code == 404
    assert kim.post(reverse("family:try_device", args=[mail.id])).status_code == 404
    assert kim.post(reverse("family:try_device", args=[device.id])).status_code == 404
    theirs = Client()
    theirs.force_login(cast.yamada.user)
    for name in ("rename_device", "try_device"):
        assert theirs.post(reverse(f"family:{name}", args=[device.id]), {"name": "x"}).status_code == 404


def test_removing_a_device_leads_back_to_the_devices(kim: Client) -> None:
    device = add(kim, "mine")
    address = reverse("family:remove_endpoint", args=[device.id])
    assert "いま使っている、この端末です" in kim.get(address).content.decode()  # shown by the device itself
    assert kim.post(address).headers["Location"] == "/settings/devices"
    assert kim.post(address).status_code == 404  # pressed twice: nothing more happens


# --- A lost phone ------------------------------------------------------------------------------------------


def test_a_lost_phone_is_signed_out_and_gets_nothing_more(cast: Cast, kim: Client) -> None:
    lost_phone = Client()
    lost_phone.post("/accounts/login/", {"login": "kim@mail.example", "password": PASSWORD})
    lost, kept = add(lost_phone, "lost"), add(kim, "kept")
    assert "Android の Chrome" in kim.get("/settings/lost").content.decode()
    told = kim.post("/settings/lost", {"device": str(lost.id)}, follow=True).content.decode()
    assert "なくした端末に残るもの" in told
    assert "パスワードを変える" in told
    assert lost_phone.get("/settings").headers["Location"].startswith("/accounts/login/")
    assert kim.get("/settings").status_code == 200
    lost.refresh_from_db()
    assert (lost.state, lost.address) == ("disabled", "")
    assert Endpoint.objects.get(id=kept.id).state == "active"
    entry = AuditEntry.objects.get(action="device lost")
    assert (entry.actor_id, entry.detail) == (cast.kim.user_id, {"devices": 1})


def test_all_but_the_phone_in_hand_can_be_given_up(cast: Cast, kim: Client) -> None:
    for name in ("one", "two"):
        add(kim, name)
    here = add(kim, "here")
    kim.post("/settings/lost", {"device": "all", "here": str(here.id)})
    live = Endpoint.objects.filter(guardian=cast.kim, channel="webpush", state="active")
    assert list(live) == [here]
    assert Endpoint.objects.get(guardian=cast.kim, channel="email").state == "active"


def test_who_does_not_know_which_signs_the_others_out(cast: Cast, kim: Client) -> None:
    other = Client()
    other.post("/accounts/login/", {"login": "kim@mail.example", "password": PASSWORD})
    device = add(kim, "mine")
    assert "必須" in kim.post("/settings/lost", {}).content.decode()
    kim.post("/settings/lost", {"device": "none"})
    assert other.get("/settings").status_code == 302
    assert Endpoint.objects.get(id=device.id).state == "active"


def test_another_guardians_device_is_not_lost_by_a_guess(cast: Cast, kim: Client) -> None:
    theirs = Endpoint.objects.get(guardian=cast.yamada)
    assert kim.post("/settings/lost", {"device": str(theirs.id)}).status_code == 200  # no such choice
    assert Endpoint.objects.get(id=theirs.id).state == "active"
