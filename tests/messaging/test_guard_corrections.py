"""A correction goes to everybody too: the guard reads its words as it reads the first ones."""

import pytest
from django.test import Client
from django.urls import reverse

from otayori.messaging.correct import Correction, Found, correct
from otayori.messaging.models import FollowUp
from tests.cast import Cast
from tests.console.message_stories import access, released, whole

pytestmark = pytest.mark.django_db
WHY = "集合場所に誤りがありました"


def test_names_that_come_by_a_correction_are_stopped(cast: Cast) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    for words in (
        Correction("遠足", "山田 葵さんと渡辺 空さんは9時に来てください。", WHY),
        Correction("遠足", "9時に集合します。", "山田 葵さんの班に誤りがありました"),
    ):
        with pytest.raises(Found):
            correct(access(cast.suzuki), message.id, words, seen=1)
    message.refresh_from_db()
    assert (message.version, message.text) == (1, "お弁当をお持ちください。")
    assert not FollowUp.objects.exists()


def test_what_stood_there_before_does_not_keep_a_correction_back(cast: Cast) -> None:
    text = "山田 葵さんの作品が入選しました。"
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura), text=text)
    correct(access(cast.suzuki), message.id, Correction("入選", f"{text}金賞です。", WHY), seen=1)
    message.refresh_from_db()
    assert message.version == 2


def test_the_page_says_what_was_found_and_keeps_what_was_typed(cast: Cast, client: Client) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    client.force_login(cast.suzuki)
    typed = {"title": "遠足", "text": "山田 葵さんは9時です。", "note": WHY, "seen": "1", "action": "send"}
    page = client.post(reverse("console:correct", args=[message.id]), typed).content.decode()
    assert "その子の家庭のほかにも届きます。" in page
    assert "新しいお知らせとして送ってください" in page
    assert "山田 葵さんは9時です。" in page
