"""The names of a large school open class by class, in the report and in what came to whom."""

import pytest
from django.test import Client
from django.urls import reverse

from otayori.console import by_class
from tests.cast import Cast
from tests.console.message_stories import released, whole

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["report", "exposure"])
def test_where_there_are_many_names_a_class_is_opened_at_a_time(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    client.force_login(cast.suzuki)
    address = reverse(f"console:{name}", args=[message.id]) + "?show=all"
    page = client.get(address).content.decode()
    assert "山田 葵" in page
    assert "アルバレス 芽衣" in page
    assert "人数が多いため" not in page

    monkeypatch.setattr(by_class, "MOST_ROWS", 3)
    page = client.get(address).content.decode()
    assert "人数が多いため、学級ごとに開きます。" in page
    assert "山田 葵" not in page
    assert f"?show=all&amp;class={cast.p3_1.id}" in page
    page = client.get(f"{address}&class={cast.p3_1.id}").content.decode()
    assert "山田 葵" in page
    assert "アルバレス 芽衣" not in page
    assert "すべての学級を表示する" in page
    assert "人数が多いため" in client.get(f"{address}&class=nobody-s").content.decode()


def test_the_totals_of_every_class_stand_beside_it(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    client.force_login(cast.suzuki)
    monkeypatch.setattr(by_class, "MOST_ROWS", 3)
    page = client.get(reverse("console:report", args=[message.id]))
    (first, _), (second, _) = page.context["classes"]
    assert (first["label"], first["guardians"], len(first["rows"])) == ("3年1組", 3, 3)
    assert (second["label"], second["guardians"], second["read"]) == ("3年2組", 1, 0)
