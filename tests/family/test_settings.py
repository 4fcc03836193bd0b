"""How guardians are reached: addresses, devices, and what the settings say."""

import json
import zlib
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from otayori.core.devices import device_name
from otayori.delivery.models import Batch, Delivery, Endpoint
from otayori.roster.models import Guardian
from tests.cast import Cast
from tests.family.paper import code_in_mail
from tests.family.push_service import Browser, push_service

pytestmark = pytest.mark.django_db

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
)
URL = "https://fcm.googleapis.com/fcm/send/abc"


@pytest.fixture
def push_hosts(settings: Any) -> None:
    settings.OTAYORI_PUSH_HOSTS = ("fcm.googleapis.com", "http://127.0.0.1")


@pytest.fixture
def kim(cast: Cast, client: Client, push_hosts: None) -> Client:
    client.force_login(cast.kim.user)
    return client


def post(client: Client, address: str, body: object) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(address, text, content_type="application/json", headers={"User-Agent": IPHONE})


def devices(person: Guardian) -> list[Endpoint]:
    return list(Endpoint.objects.filter(guardian=person, channel="webpush", state="active"))


def test_the_settings_show_children_ways_and_their_state(cast: Cast, kim: Client) -> None:
    page = kim.get("/settings").content.decode()
    for words in (
        "キム ハル",
        "キム ジュン",
        "kim@mail.example",
        "届きます",
        "ログアウトする",
        'id="mail"',
    ):
        assert words in page


def test_a_dead_address_says_what_to_do(cast: Cast, kim: Client) -> None:
    Endpoint.objects.filter(guardian=cast.kim).update(state="disabled", code="550 5.1.1")
    page = kim.get("/settings").content.decode()
    assert "届きません" in page
    assert "いまは、お知らせが届きません" in page
    assert "アドレスが変わったとき" in kim.get("/settings/email").content.decode()


def test_a_second_address_is_proven_by_its_code(cast: Cast, kim: Client) -> None:
    kim.post("/settings/email", {"email": "kim2@mail.example"})
    assert mail.outbox[-1].to == ["kim2@mail.example"]
    assert "kim2" not in str(dict(kim.session))
    kim.post("/settings/email/code", {"code": code_in_mail()})
    assert Endpoint.objects.filter(guardian=cast.kim, channel="email", state="active").count() == 2


def test_a_dead_address_comes_back_when_it_is_proven_again(cast: Cast, kim: Client) -> None:
    Endpoint.objects.filter(guardian=cast.kim).update(state="disabled", code="550 5.1.1")
    kim.post("/settings/email", {"email": "KIM@mail.example"})
    kim.post("/settings/email/code", {"code": code_in_mail()})
    assert Endpoint.objects.get(guardian=cast.kim).state == "active"


def test_another_guardians_address_is_not_taken_away(cast: Cast, kim: Client) -> None:
    kim.post("/settings/email", {"email": "yamada@mail.example"})
    told = kim.post("/settings/email/code", {"code": code_in_mail()}, follow=True).content.decode()
    assert "ほかの方の通知先" in told
    assert Endpoint.objects.get(guardian=cast.yamada).state == "active"


def test_removing_the_last_way_warns_first(cast: Cast, kim: Client) -> None:
    endpoint = Endpoint.objects.get(guardian=cast.kim)
    asked = kim.get(f"/settings/endpoints/{endpoint.id}/remove").content.decode()
    assert "お知らせが届かなくなります" in asked
    kim.post(f"/settings/endpoints/{endpoint.id}/remove")
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.address, endpoint.code) == ("disabled", "", "removed")
    assert "kim@mail.example" not in kim.get("/settings").content.decode()


def test_one_of_two_is_removed_without_fear(cast: Cast, kim: Client) -> None:
    post(kim, "/push/subscribe", Browser().subscription(URL))
    asked = kim.get(f"/settings/endpoints/{devices(cast.kim)[0].id}/remove").content.decode()
    assert "お知らせが届かなくなります" not in asked
    assert "iPhone の Safari" in asked


def test_another_guardians_endpoint_is_not_found(cast: Cast, kim: Client) -> None:
    theirs = Endpoint.objects.get(guardian=cast.yamada)
    assert kim.get(f"/settings/endpoints/{theirs.id}/remove").status_code == 404
    assert kim.post(f"/settings/endpoints/{theirs.id}/remove").status_code == 404
    assert post(kim, "/push/test", {"id": str(theirs.id)}).status_code == 404


# --- Devices ---------------------------------------------------------------------------------------------


def test_a_device_is_subscribed_once_however_often_it_says_so(cast: Cast, kim: Client) -> None:
    browser = Browser()
    first = post(kim, "/push/subscribe", browser.subscription(URL)).json()
    again = post(kim, "/push/subscribe", browser.subscription(URL)).json()
    assert first["id"] == again["id"]
    assert first["device"] == "iPhone の Safari"
    assert devices(cast.kim)[0].host == "https://fcm.googleapis.com"


def test_a_shared_device_moves_to_who_signed_in_last_and_takes_nothing_along(cast: Cast, kim: Client) -> None:
    subscription = Browser().subscription(URL)
    post(kim, "/push/subscribe", subscription)
    endpoint = devices(cast.kim)[0]
    batch = Batch.objects.create(
        subject_id=cast.haru.id, school=cast.sakura, lane="normal", released_at=timezone.now()
    )
    waiting = Delivery.objects.create(
        batch=batch, endpoint=endpoint, channel="webpush", status="queued", due_at=timezone.now()
    )
    kim.force_login(cast.yamada.user)
    post(kim, "/push/subscribe", subscription)
    assert not devices(cast.kim)
    assert len(devices(cast.yamada)) == 1
    waiting.refresh_from_db()
    assert (waiting.status, waiting.endpoint.guardian) == ("cancelled", cast.kim)


def test_signing_out_forgets_the_device(cast: Cast, kim: Client) -> None:
    post(kim, "/push/subscribe", Browser().subscription(URL))
    post(kim, "/push/unsubscribe", {"endpoint": URL})
    assert not devices(cast.kim)
    post(kim, "/push/subscribe", Browser().subscription(URL))
    assert len(devices(cast.kim)) == 1


@pytest.mark.parametrize(
    "body", ["{", "[]", "{}", '{"endpoint": "https://169.254.169.254/x", "keys": {}}', "x" * 9000]
)
def test_what_is_no_subscription_is_refused_in_words(kim: Client, body: str) -> None:
    answer = post(kim, "/push/subscribe", body)
    assert answer.status_code == 400
    assert "メールでお届けします" in answer.json()["words"]


def test_an_inner_address_is_refused(kim: Client) -> None:
    answer = post(kim, "/push/subscribe", Browser().subscription("https://db.internal.example/push"))
    assert (answer.status_code, answer.json()["error"]) == (400, "host")


def test_the_twenty_first_device_is_refused_in_words(cast: Cast, kim: Client) -> None:
    browser = Browser()
    for number in range(20):
        post(kim, "/push/subscribe", browser.subscription(f"{URL}{number}"))
    answer = post(kim, "/push/subscribe", browser.subscription(f"{URL}last"))
    assert answer.status_code == 409
    assert "20台まで" in answer.json()["words"]


def test_the_test_notification_really_arrives(cast: Cast, kim: Client) -> None:
    browser = Browser()
    with push_service() as service:
        device = post(kim, "/push/subscribe", browser.subscription(service.url)).json()
        told = post(kim, "/push/test", {"id": device["id"]}).json()
        assert (told["ok"], told["words"]) == (True, "テスト通知を送りました。数秒で届きます。")
        payload = browser.decrypt(service.got[0])
    fields = json.loads(zlib.decompress(payload[1:], wbits=-15))
    assert fields["url"].endswith("/settings/notifications")
    assert "テスト通知" in fields["title"]


@pytest.mark.parametrize(
    ("status", "words", "state"),
    [
        (410, "登録が切れていました", "disabled"),
        (403, "断られました", "active"),
        (500, "数分待って", "active"),
    ],
)
def test_a_test_that_fails_says_what_to_do(
    cast: Cast, kim: Client, status: int, words: str, state: str
) -> None:
    with push_service() as service:
        service.status = status
        device = post(kim, "/push/subscribe", Browser().subscription(service.url)).json()
        told = post(kim, "/push/test", {"id": device["id"]}).json()
    assert not told["ok"]
    assert words in told["words"]
    assert Endpoint.objects.get(id=device["id"]).state == state


def test_the_page_explains_before_it_asks(kim: Client) -> None:
    page = kim.get("/settings/notifications").content.decode()
    for words in ("通知を許可する", "ホーム画面に追加", "通知が止められています", "対応していません"):
        assert words in page


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (IPHONE, "iPhone の Safari"),
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36",
            "Android の Chrome",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/131.0 Safari/537.36 Edg/131.0",
            "Windows の Edge",
        ),
        ("", "この端末"),
    ],
)
def test_devices_have_names(agent: str, name: str) -> None:
    assert device_name(agent) == name
