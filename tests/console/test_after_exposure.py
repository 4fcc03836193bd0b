"""The exposure report: one sentence of totals, the names for who may see them, a table to keep."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import User
from otayori.core.models import AuditEntry
from otayori.messaging import recall
from otayori.messaging.attachments.opening import note
from otayori.messaging.audience import Target
from otayori.messaging.models import AttachmentOpening, Message
from otayori.messaging.reading import mark_read
from tests.cast import Cast
from tests.console.message_stories import access
from tests.messaging.after_stories import to_the_school, went_out
from tests.messaging.test_exposure import attach

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(cast: Cast) -> Message:
    """Recalled after Kim had read it and opened the file; Alvarez opened the notice alone."""
    sent = to_the_school(cast)
    mark_read(cast.kim, [sent.id])
    note(attach(sent), cast.kim.user, AttachmentOpening.Way.DOWNLOADED)
    recall.recall(access(cast.suzuki), sent.id, "添付ファイルの誤り")
    mark_read(cast.alvarez, [sent.id])
    return sent


def page(client: Client, who: User, message: Message, query: str = "") -> str:
    client.force_login(who)
    return client.get(reverse("console:exposure", args=[message.id]) + query).content.decode()


def table(client: Client, who: User, message: Message, query: str = "") -> list[dict[str, str]]:
    client.force_login(who)
    answer = client.get(reverse("console:exposure_csv", args=[message.id]) + query)
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")  # Excel takes it for UTF-8
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_sentence_and_the_names_of_who_opened_it(client: Client, cast: Cast, message: Message) -> None:
    text = page(client, cast.suzuki, message)
    for words in ("本文を開いた方 1人", "ファイルを開いた方 1人", "メールで本文が届いた方 4人"):
        assert words in text
    for words in ("キム ソヨン", "キム ハル", "昨年度の名簿.xlsx", "ダウンロードした"):
        assert words in text
    assert "Alvarez" not in text  # she opened the notice, not the text
    assert "Alvarez" in page(client, cast.suzuki, message, "?show=mailed")
    assert "渡辺 剛" not in page(client, cast.suzuki, message, "?show=all")  # blocked: he got nothing


def test_a_teacher_sees_the_totals_and_the_names_of_the_own_class(
    client: Client, cast: Cast, message: Message
) -> None:
    text = page(client, cast.sato, message, "?show=all")
    assert "メールで本文が届いた方 4人" in text
    assert "山田 葵" in text
    assert "芽衣" not in text
    assert {row["学級"] for row in table(client, cast.sato, message)} == {"3年1組"}


def test_the_table_says_when_and_who_took_it_is_known(client: Client, cast: Cast, message: Message) -> None:
    rows = {row["保護者"]: row for row in table(client, cast.suzuki, message)}
    assert len(rows) == 4
    kim = rows["キム ソヨン"]
    assert kim["本文を開いた日時"]
    assert kim["ダウンロードしたファイル"].startswith("昨年度の名簿.xlsx 20")
    assert rows["Maria Alvarez"]["本文を開いた日時"] == ""
    assert rows["Maria Alvarez"]["取り消しの通知を開いた"] == "はい"
    entry = AuditEntry.objects.get(action="exposure taken")
    assert (entry.actor_id, entry.object_id, entry.detail) == (cast.suzuki.id, message.id, {"rows": 4})


def test_a_name_is_no_formula(client: Client, cast: Cast, message: Message) -> None:
    cast.kim.user.name = "=HYPERLINK(1)"
    cast.kim.user.save()
    assert "'=HYPERLINK(1)" in {row["保護者"] for row in table(client, cast.suzuki, message)}


def test_the_board_chooses_a_school_for_names(client: Client, cast: Cast) -> None:
    message = went_out(cast.tanaka, None, Target(kind="ward"))
    mark_read(cast.kim, [message.id])
    text = page(client, cast.tanaka, message)
    assert "本文を開いた方 1人" in text
    assert f"?school={cast.sakura.id}" in text
    assert "キム" not in text
    assert "キム ジュン" in page(client, cast.tanaka, message, f"?school={cast.kashiwa.id}")
    rows = table(client, cast.tanaka, message, f"?school={cast.kashiwa.id}")
    assert [row["名前"] for row in rows] == ["キム ジュン"]
    client.force_login(cast.tanaka)
    assert client.get(reverse("console:exposure_csv", args=[message.id])).status_code == 404
    assert "キム ハル" in page(client, cast.suzuki, message)  # the manager: the own school's families


def test_the_report_of_a_recalled_message_is_its_exposure(
    client: Client, cast: Cast, message: Message
) -> None:
    client.force_login(cast.suzuki)
    answer = client.get(reverse("console:report", args=[message.id]))
    assert answer.headers["Location"] == reverse("console:exposure", args=[message.id])
