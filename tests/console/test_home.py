"""Home answers: what needs me now, is anyone unreachable, what goes out today."""

import pytest
from django.test import Client
from django.utils import timezone

from otayori.delivery.models import Delivery
from otayori.messaging.audience import Target
from otayori.messaging.models import Recipient
from tests.cast import Cast
from tests.console.message_stories import draft, released, whole
from tests.delivery.ledger import write_rows

pytestmark = pytest.mark.django_db


def home(client: Client) -> str:
    response = client.get("/console/")
    assert response.status_code == 200
    return response.content.decode()


def test_an_empty_morning(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    page = home(client)
    assert "お知らせを作成する" in page
    assert "緊急のお知らせ" in page
    assert "途中の下書きも、届かなかったお知らせもありません。" in page
    assert "今日送ったお知らせも、これから送る予約もありません。" in page


def test_own_drafts_and_failures_need_me(client: Client, cast: Cast) -> None:
    draft(cast.suzuki, cast.sakura, title="書きかけ")
    draft(cast.sato, cast.sakura, title="佐藤の下書き")
    released(cast.suzuki, cast.sakura, whole(cast.sakura), title="届かないもの")
    write_rows()
    Delivery.objects.filter(endpoint__guardian=cast.yamada).update(status="failed")
    Recipient.objects.filter(guardian=cast.kim).update(read_at=timezone.now())
    client.force_login(cast.suzuki)
    page = home(client)
    assert "書きかけ" in page
    assert "佐藤の下書き" not in page
    assert "保護者 1人に届いていません" in page
    assert "25%（1人 / 4人）" in page


def test_a_teacher_sees_the_reach_of_own_classes(client: Client, cast: Cast) -> None:
    cast.alvarez.endpoints.update(state="disabled")  # of 3年2組
    client.force_login(cast.sato)
    assert client.get("/console/").context["coverage"].unreachable == 0
    client.force_login(cast.suzuki)
    assert client.get("/console/").context["coverage"].unreachable == 1


def test_the_board_sees_schools_with_something_to_do(client: Client, cast: Cast) -> None:
    released(cast.tanaka, None, Target(kind="ward"), title="区から")
    client.force_login(cast.tanaka)
    page = home(client)
    assert "柏中学校" in page  # nobody has registered for Rin
    assert "区から" in page


def test_a_guardian_has_no_business_here(client: Client, cast: Cast) -> None:
    client.force_login(cast.kim.user)
    assert client.get("/console/").status_code == 404
    client.logout()
    assert client.get("/console/").status_code == 302
