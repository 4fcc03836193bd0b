"""Quiet hours and the daily digest, as a guardian chooses them."""

import pytest
from django.test import Client

from otayori.core.models import AuditEntry
from otayori.delivery.hold import Wish
from otayori.delivery.preferences import keep, preference_of, wish_of
from tests.cast import Cast

pytestmark = pytest.mark.django_db

DIGEST = "通常のお知らせと配布物は、毎日18:00にまとめて届きます。緊急と重要は、いつでもすぐに届きます。"


@pytest.fixture
def kim(client: Client, cast: Cast) -> Client:
    client.force_login(cast.kim.user)
    return client


def choose(client: Client, start: object = "", end: object = "", digest: object = "") -> str:
    chosen = {"quiet_from": start, "quiet_until": end, "digest_at": digest}
    return client.post("/settings/quiet", chosen, follow=True).content.decode()


def test_at_first_everything_comes_at_once(kim: Client) -> None:
    assert "どのお知らせも、送られたらすぐに届きます。" in kim.get("/settings/quiet").content.decode()


def test_a_digest_is_said_in_words_and_kept(kim: Client, cast: Cast) -> None:
    assert f"保存しました。{DIGEST}" in choose(kim, digest=18)
    assert wish_of(preference_of(cast.kim)) == Wish(digest_at=18)
    assert '<option value="18" selected>18:00</option>' in kim.get("/settings/quiet").content.decode()
    assert AuditEntry.objects.get(action="delivery times chosen").detail == {"quiet": False, "digest": True}
    assert "どのお知らせも" in choose(kim)
    assert wish_of(preference_of(cast.kim)) == Wish()


def test_a_night_is_quiet(kim: Client, cast: Cast) -> None:
    said = choose(kim, 21, 7)
    assert "21:00から7:00までに送られた通常のお知らせと配布物は、7:00に届きます。" in said
    assert wish_of(preference_of(cast.kim)) == Wish(21, 7)


@pytest.mark.parametrize(
    ("start", "end", "digest", "words"),
    [
        (21, "", "", "静かな時間が何時までかを選んでください。"),
        ("", 7, "", "静かな時間が何時からかを選んでください。"),
        (7, 7, "", "別の時刻を選んでください。"),
        (24, 7, "", "正しく選択してください"),
        ("x", "", "", "正しく選択してください"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_typed_is_lost(
    kim: Client, cast: Cast, start: object, end: object, digest: object, words: str
) -> None:
    keep(cast.kim, Wish(digest_at=6))
    said = choose(kim, start, end, 18)
    assert words in said
    assert '<option value="18" selected>' in said
    assert wish_of(preference_of(cast.kim)) == Wish(digest_at=6)


def test_pages_tell_the_device_whether_to_make_one_notification_of_all(kim: Client, cast: Cast) -> None:
    assert '<meta name="otayori-digest" content="0">' in kim.get("/").content.decode()
    keep(cast.kim, Wish(digest_at=18))
    assert '<meta name="otayori-digest" content="1">' in kim.get("/").content.decode()


def test_one_guardian_never_chooses_for_another(kim: Client, cast: Cast) -> None:
    choose(kim, digest=18)
    assert wish_of(preference_of(cast.yamada)) == Wish()
