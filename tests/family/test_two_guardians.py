"""Two guardians of one child are equal, and neither learns of the other anywhere in the app."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from otayori.accounts.models import User
from otayori.delivery.models import Endpoint
from otayori.roster.models import Guardian, Guardianship
from tests.addresses import addresses
from tests.cast import PASSWORD, Cast, guardian, mail_endpoint
from tests.family.paper import attach, code_in_mail, fill_in, hand_out, recall, scan, send
from tests.shape.things import Things

pytestmark = pytest.mark.django_db


@pytest.fixture
def father(cast: Cast) -> Guardian:
    """Haru's father, with a second address and a device of his own, who has read everything."""
    person = guardian("ホン ミンジュン", "minjun@mail.example", cast.haru)
    mail_endpoint(person, "minjun@work.example")
    device = Endpoint(guardian=person, channel="webpush", host="https://push.example", device="パパのXperia")
    device.address, device.address_key = '{"endpoint": "https://push.example/papa"}', b"papa" * 4
    device.save(force_insert=True)
    return person


def words_of(person: Guardian) -> set[str]:
    """What would give a guardian away: names, addresses, ids."""
    ways = Endpoint.objects.filter(guardian=person)
    found = {person.user.name, person.user.email, str(person.id), str(person.user_id), "push.example/papa"}
    found |= {"パパのXperia", "ホン", "ミンジュン"}
    return found | {way.address for way in ways} | {str(way.id) for way in ways}


def pages(cast: Cast, mine: Guardian) -> Iterator[str]:
    """Every address of the app, for messages about the child they share."""
    message = send(cast.sakura, cast.sato, cast.haru, title="遠足")
    recalled = recall(send(cast.sakura, cast.sato, cast.haru, title="誤り"), cast.sato)
    for one in (message, recalled):
        for row in one.recipients.all():
            row.read_at = timezone.now()
            row.save()
        things: Things = {
            "message_id": one.id,
            "attachment_id": attach(one).id,
            "number": 1,
            "endpoint_id": Endpoint.objects.filter(guardian=mine).latest("created_at").id,
        }
        yield from (address for _name, address in addresses("family", things))
    yield from (
        "/accounts/sessions/",
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/",
        "/accounts/password/change/",
    )


def test_no_page_of_one_tells_of_the_other(cast: Cast, father: Guardian, client: Client) -> None:
    client.force_login(cast.kim.user)
    shown, secrets = 0, words_of(father)
    for address in dict.fromkeys(pages(cast, cast.kim)):
        for answer in (client.get(address), client.post(address, {}, headers={"Accept": "application/json"})):
            body = answer.content if not answer.streaming else b"".join(answer)  # type: ignore[attr-defined]
            said = body.decode(errors="replace") + answer.headers.get("Location", "")
            assert not [word for word in secrets if word in said], address
            shown += answer.status_code == 200
        client.force_login(cast.kim.user)
    assert shown > 30


def test_one_can_not_touch_the_things_of_the_other(cast: Cast, father: Guardian, client: Client) -> None:
    client.force_login(cast.kim.user)
    for way in Endpoint.objects.filter(guardian=father):
        for name, address in addresses("family", {"endpoint_id": way.id}):
            if str(way.id) in address:
                assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}, name
        assert client.post("/settings/lost", {"device": str(way.id)}).status_code == 200
    assert Endpoint.objects.filter(guardian=father, state="active").count() == 3


def test_a_blocked_guardian_is_told_nothing_of_the_child_anywhere(cast: Cast, client: Client) -> None:
    message = send(cast.sakura, cast.sato, cast.sora, title="空さんについて", text="きょうの様子です。")
    client.force_login(cast.blocked.user)
    things: Things = {"endpoint_id": Endpoint.objects.get(guardian=cast.blocked).id, "message_id": message.id}
    for _name, address in addresses("family", things):
        said = client.get(address).content.decode(errors="replace")
        assert not [
            word for word in ("渡辺 空", "空さん", "きょうの様子", "桜小", "ブロック") if word in said
        ], address


def test_a_sibling_added_by_the_sheet_stands_in_the_settings(cast: Cast, client: Client) -> None:
    cache.clear()
    _sheet, secrets = hand_out(cast.rin)
    client.post("/accounts/login/", {"login": "kim@mail.example", "password": PASSWORD})
    assert "伊藤 凛" not in client.get("/settings").content.decode()
    scan(client, secrets)
    client.post("/join/child")
    client.post("/join/notice", follow=True)
    assert Guardianship.objects.filter(guardian=cast.kim, student=cast.rin).exists()
    page = client.get("/settings").content.decode()
    assert "伊藤 凛" in page
    assert "キム ハル" in page


def test_the_second_guardian_by_the_same_sheet_is_an_equal(cast: Cast, client: Client) -> None:
    cache.clear()
    _sheet, secrets = hand_out(cast.haru)
    scan(client, secrets)
    fill_in(client, email="minjun@mail.example", name="ホン ミンジュン")
    assert User.objects.by_email("minjun@mail.example") is None  # not before the code
    client.post("/join/code", {"code": code_in_mail()}, follow=True)
    page = client.get("/settings").content.decode()
    assert "キム ハル" in page
    assert "キム ジュン" not in page  # of the other guardian alone
    assert "kim@mail.example" not in page
