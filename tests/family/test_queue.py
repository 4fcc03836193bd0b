"""What phones kept until there was a network, and bring in batches: done once, refused in words, or kept."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from otayori.delivery.endpoints import push_key
from otayori.delivery.models import ChannelName, Endpoint
from otayori.messaging.models import AttachmentOpening, Message, Recipient
from otayori.roster.models import Guardian
from tests.cast import Cast
from tests.family.paper import attach, correct, recall, send

pytestmark = pytest.mark.django_db

PHONE = "https://push.example/send/kims-phone"


@pytest.fixture
def kim(cast: Cast, client: Client) -> Client:
    client.force_login(cast.kim.user)
    return client


def post(client: Client, body: object, **extra: Any) -> Any:
    raw = body if isinstance(body, str) else json.dumps(body)
    return client.post("/queue", raw, content_type="application/json", **extra)


def receipt(message: Message, version: object = 1) -> dict[str, Any]:
    data = {"id": str(message.id), "version": version}
    return {"key": f"receipt:{message.id}", "kind": "receipt", "data": data}


def told(kind: str, data: object) -> dict[str, Any]:
    return {"key": kind, "kind": kind, "data": data}


def row(message: Message, guardian: Guardian) -> Recipient:
    return Recipient.objects.get(message=message, guardian=guardian)


def device(guardian: Guardian, address: str = PHONE) -> Endpoint:
    endpoint = Endpoint(guardian=guardian, channel=ChannelName.WEBPUSH, address="x", host="push.example")
    endpoint.address_key = push_key(address)
    endpoint.save(force_insert=True)
    return endpoint


def test_receipts_are_done_and_may_come_twice(cast: Cast, kim: Client) -> None:
    messages = [send(cast.sakura, cast.sato, cast.haru) for _ in range(3)]
    batch = {"guardian": str(cast.kim.id), "items": [receipt(message) for message in messages]}
    expected = {"done": [f"receipt:{message.id}" for message in messages], "refused": []}
    assert post(kim, batch).json() == expected
    first = [row(message, cast.kim).read_at for message in messages]
    assert all(first)
    assert post(kim, batch).json() == expected
    assert [row(message, cast.kim).read_at for message in messages] == first


def test_a_receipt_says_which_words_were_read(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    correct(message, cast.sato, text="晴れました。")
    post(kim, {"items": [receipt(message, 1)]})
    assert row(message, cast.kim).read_version == 1
    post(kim, {"items": [receipt(message, 2)]})
    post(kim, {"items": [receipt(message, 1)]})
    post(kim, {"items": [receipt(message, "2"), receipt(message, 10**9), receipt(message, -3)]})
    assert row(message, cast.kim).read_version == 2


def test_what_another_family_got_stays_unread_and_leaves_the_queue(cast: Cast, kim: Client) -> None:
    theirs = send(cast.sakura, cast.sato, cast.aoi)
    file = attach(theirs)
    items = [receipt(theirs), told("file", {"id": str(file.id)}), told("seen", {"endpoint": PHONE})]
    items.append({"key": "receipt:x", "kind": "receipt", "data": {"id": str(uuid4())}})
    endpoint = device(cast.yamada)
    assert post(kim, {"items": items}).json()["refused"] == []
    assert row(theirs, cast.yamada).read_at is None
    assert not AttachmentOpening.objects.exists()
    endpoint.refresh_from_db()
    assert endpoint.seen_at is None


def test_what_somebody_else_did_on_the_phone_is_not_done_in_the_name_of_who_is_signed_in(
    cast: Cast, kim: Client
) -> None:
    message = send(cast.sakura, cast.sato, cast.haru, cast.aoi)
    answer = post(kim, {"guardian": str(cast.yamada.id), "items": [receipt(message)]})
    assert (answer.status_code, answer.json()) == (409, {"error": "guardian"})
    assert not Recipient.objects.filter(read_at__isnull=False).exists()


@pytest.mark.parametrize(
    "body",
    ["{", "", "[" * 100_000, [], {}, 3, None, {"items": 3}, {"items": None}, {"items": [{"key": "a"}] * 201}],
)
def test_a_batch_that_makes_no_sense_is_refused_whole(kim: Client, body: object) -> None:
    assert post(kim, body).status_code == 400


@pytest.mark.parametrize(
    "item",
    [
        told("poem", {}),
        told("receipt", None),
        told("receipt", {}),
        told("receipt", {"id": 3}),
        told("file", {"id": "x"}),
        told("seen", {"endpoint": 3}),
        told("arrived", {"endpoint": "x" * 3000}),
        told("arrived", {"endpoint": "\ud800"}),
        {"key": "receipt", "kind": ["receipt"], "data": {}},
    ],
)
def test_one_that_makes_no_sense_is_refused_in_words_and_the_others_are_done(
    cast: Cast, kim: Client, item: dict[str, Any]
) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    answer = post(kim, {"items": [item, receipt(message), None, {"kind": "seen"}, {"key": ""}]}).json()
    assert answer["done"] == [f"receipt:{message.id}"]
    assert [one["key"] for one in answer["refused"]] == [item["key"]]
    assert "もう一度" in answer["refused"][0]["words"]
    assert row(message, cast.kim).read_at is not None


def test_a_device_is_noted_once_an_hour_at_most(cast: Cast, kim: Client) -> None:
    endpoint = device(cast.kim)
    others = device(cast.kim, "https://push.example/send/another")
    batch = {"items": [told("seen", {"endpoint": PHONE}), told("arrived", {"endpoint": PHONE})]}
    post(kim, batch)
    endpoint.refresh_from_db()
    first = (endpoint.seen_at, endpoint.arrived_at)
    assert all(first)
    post(kim, batch)
    endpoint.refresh_from_db()
    assert (endpoint.seen_at, endpoint.arrived_at) == first
    Endpoint.objects.filter(pk=endpoint.pk).update(seen_at=timezone.now() - timedelta(hours=2))
    post(kim, batch)
    endpoint.refresh_from_db()
    assert first[0]
    assert endpoint.seen_at
    assert endpoint.seen_at > first[0]
    assert endpoint.arrived_at == first[1]
    others.refresh_from_db()
    assert others.seen_at is None


def test_a_file_opened_from_the_device_counts_as_opened(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    item = told("file", {"id": str(attach(message).id)})
    for _twice in range(2):
        post(kim, {"items": [item]})
    opened = AttachmentOpening.objects.get()
    assert (opened.user, opened.way) == (cast.kim.user, "viewed")


def test_a_file_of_a_recalled_message_was_opened_before_the_recall(cast: Cast, kim: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.haru)
    file = attach(message)
    recall(message, cast.suzuki)
    post(kim, {"items": [told("file", {"id": str(file.id)})]})
    assert AttachmentOpening.objects.get().at == message.recalled_at


def test_who_is_signed_out_is_told_so_and_the_phone_keeps_its_things(client: Client) -> None:
    assert post(client, {"items": []}, headers={"Accept": "application/json"}).status_code == 401


def test_another_site_can_not_post_here(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.kim.user)
    assert post(strict, {"items": []}).status_code == 403
