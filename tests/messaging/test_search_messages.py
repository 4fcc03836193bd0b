"""Search in what lies encrypted: titles, texts and files, however words are typed; never silently partial."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

from otayori.core import clock
from otayori.messaging import search_messages
from otayori.messaging.access import messages_for
from otayori.messaging.excerpt import excerpt, marked
from otayori.messaging.models import Message
from otayori.schools import set_up
from tests.cast import Cast
from tests.console.many import in_year
from tests.console.message_stories import access, draft, released, whole
from tests.messaging.attached import attach

SEARCH = "/console/messages/search"


def found(client: Client, words: str, **fields: object) -> list[str]:
    rows = client.post(SEARCH, {"words": words, **fields}).context["rows"]
    return [row["message"].title for row in rows]


def text_of(pieces: list[object]) -> str:
    """The pieces as one text, what was found in brackets."""
    return "".join(f"[{piece.text}]" if piece.found else piece.text for piece in pieces)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "text", "marks"),
    [
        ("ぷーる", "ﾌﾟｰﾙカードとプール", "[ﾌﾟｰﾙ]カードと[プール]"),
        ("株", "㈱みどり", "[㈱]みどり"),
        ("pta", "ＰＴＡ総会", "[ＰＴＡ]総会"),
        ("山田太郎", "山田 太郎 さん", "[山田 太郎] さん"),
        ("遠足 弁当", "遠足のお弁当", "[遠足]のお[弁当]"),
        ("が", "ｶﾞｷﾞ", "[ｶﾞ]ｷﾞ"),
        ("ない", "別の話", "別の話"),
    ],
)
def test_words_are_marked_as_they_are_written(words: str, text: str, marks: str) -> None:
    assert text_of(marked(text, search_messages.keys_of(words))) == marks  # type: ignore[arg-type]


def test_an_excerpt_is_a_line_around_the_word() -> None:
    long = "あいさつ。\n" * 300 + "持ち物は、水筒と弁当です。\n" + "おわりに。" * 300
    line = text_of(excerpt(long, search_messages.keys_of("べんとう 弁当")))  # type: ignore[arg-type]
    assert "持ち物は、水筒と[弁当]です。" in line
    assert line.startswith("…")
    assert line.endswith("…")
    assert "\n" not in line
    assert len(line) < 160
    assert excerpt(long, ["ナイ"]) == []


@pytest.mark.django_db
class TestSearching:
    def test_title_text_and_files_are_looked_into(self, client: Client, cast: Cast) -> None:
        released(
            cast.suzuki, cast.sakura, whole(cast.sakura), title="えんそくのお知らせ", text="晴れたら行きます"
        )
        released(cast.suzuki, cast.sakura, whole(cast.sakura), title="持ち物", text="ｴﾝｿｸには水筒を。")
        attach(
            released(cast.suzuki, cast.sakura, whole(cast.sakura), title="学年だより", text="添付します"),
            name="遠足のしおり.pdf",
            text="エンソクの日は8時に集まります。",
        )
        released(cast.suzuki, cast.sakura, whole(cast.sakura), title="プール開き", text="水着を")
        client.force_login(cast.suzuki)
        assert found(client, "エンソク") == ["学年だより", "持ち物", "えんそくのお知らせ"]
        assert found(client, "えんそく 水筒") == ["持ち物"]
        assert found(client, "添付 8時") == ["学年だより"]  # one word in the text, one in the file
        page = client.post(SEARCH, {"words": "えんそく"}).content.decode()
        assert "<mark>エンソク</mark>の日は8時に" in page
        assert "遠足のしおり.pdf" in page
        assert "「えんそく」は <strong>3件</strong>見つかりました。" in page
        assert "新しい順に 4件から探しました。" in page

    def test_only_within_what_the_person_sees_and_has_filtered(self, client: Client, cast: Cast) -> None:
        draft(cast.suzuki, cast.sakura, whole(cast.sakura), title="校長の下書き", text="秘密の話")
        released(cast.suzuki, cast.sakura, whole(cast.sakura), title="全校へ", text="秘密の話")
        client.force_login(cast.sato)
        assert found(client, "秘密") == ["全校へ"]
        assert found(client, "秘密", state="draft") == []
        client.force_login(cast.kobayashi)
        assert found(client, "秘密") == []
        client.force_login(cast.suzuki)
        assert found(client, "秘密", state="draft") == ["校長の下書き"]
        client.force_login(cast.kim.user)
        assert client.post(SEARCH, {"words": "秘密"}).status_code == 404

    def test_the_words_are_in_no_address_and_no_log(
        self, client: Client, cast: Cast, caplog: pytest.LogCaptureFixture
    ) -> None:
        released(cast.suzuki, cast.sakura, whole(cast.sakura), text="山田 葵さんの件")
        client.force_login(cast.suzuki)
        with caplog.at_level(logging.DEBUG, logger="otayori"):
            answer = client.post(SEARCH, {"words": "山田"})
        assert answer.status_code == 200
        assert "山田" not in caplog.text
        page = answer.content.decode()
        assert 'method="get"' not in page.split("<main", 1)[1]
        assert "words=" not in page
        assert 'data-list="/console/messages/"' in page
        assert client.get(f"{SEARCH}?words=x").headers["Location"] == "/console/messages/"
        assert client.post(SEARCH, {"words": "  "}).headers["Location"] == "/console/messages/"

    def test_markup_in_a_text_stays_text(self, client: Client, cast: Cast) -> None:
        released(cast.suzuki, cast.sakura, whole(cast.sakura), title="<b>題名", text="<script>遠足</script>")
        client.force_login(cast.suzuki)
        page = client.post(SEARCH, {"words": "遠足"}).content.decode()
        assert "&lt;script&gt;<mark>遠足</mark>&lt;/script&gt;" in page
        assert "<b>題名" not in page

    def test_where_it_stopped_is_said_and_it_can_be_gone_on(
        self, client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for n in range(5):
            released(cast.suzuki, cast.sakura, whole(cast.sakura), title=f"遠足 {n}")
        monkeypatch.setattr(search_messages, "MOST_MESSAGES", 2)
        client.force_login(cast.suzuki)
        answer = client.post(SEARCH, {"words": "遠足"})
        page = answer.content.decode()
        assert [row["message"].title for row in answer.context["rows"]] == ["遠足 4", "遠足 3"]
        assert "新しい順に 2件から探しました。" in page
        assert "これより古いお知らせは、まだ探していません。" in page
        assert 'name="start" value="2"' in page
        assert found(client, "遠足", start="2") == ["遠足 2", "遠足 1"]
        last = client.post(SEARCH, {"words": "遠足", "start": "4"})
        assert [row["message"].title for row in last.context["rows"]] == ["遠足 0"]
        assert "まだ探していません" not in last.content.decode()
        assert "新しい順の 5件目から、1件を探しました。" in last.content.decode()
        assert found(client, "遠足", start="nonsense") == found(client, "遠足")

    def test_long_files_end_a_search_sooner(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        for n in range(4):
            attach(draft(cast.suzuki, cast.sakura, title=f"その {n}"), text="あ" * 600)
        monkeypatch.setattr(search_messages, "MOST_CHARACTERS", 1000)
        result = search_messages.search(messages_for(access(cast.suzuki)), ["ア"])
        assert (result.searched, result.more) == (2, True)

    def test_pages_are_posted(self, client: Client, cast: Cast) -> None:
        for n in range(23):
            draft(cast.suzuki, cast.sakura, title=f"遠足 {n}")
        client.force_login(cast.suzuki)
        page = client.post(SEARCH, {"words": "遠足"}).content.decode()
        assert 'name="page" value="2"' in page
        assert "1 / 2" in page
        assert len(found(client, "遠足", page="2")) == 3

    def test_the_present_year_first_then_all(self, client: Client, cast: Cast) -> None:
        last = clock.school_year() - 1
        set_up.open_year(last)
        in_year(released(cast.suzuki, cast.sakura, whole(cast.sakura), title="去年の遠足"), last)
        client.force_login(cast.suzuki)
        page = client.post(SEARCH, {"words": "遠足"}).content.decode()
        assert "探した範囲：今年度。" in page
        assert "すべての年度から探す" in page
        assert found(client, "去年", when="all") == ["去年の遠足"]
        assert found(client, "去年", when=str(last)) == ["去年の遠足"]

    def test_statements_do_not_grow_with_what_is_searched(
        self, client: Client, cast: Cast, django_assert_max_num_queries
    ) -> None:  # type: ignore[no-untyped-def]
        for n in range(30):
            attach(draft(cast.suzuki, cast.sakura, title=f"遠足 {n}"), text="しおり")
        client.force_login(cast.suzuki)
        client.post(SEARCH, {"words": "しおり"})
        with django_assert_max_num_queries(14):  # two of them tell whether the channels work
            client.post(SEARCH, {"words": "しおり"})

    def test_switching_the_school_leads_back_to_the_list(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.tanaka)
        chosen = {"school": str(cast.sakura.id), "next": SEARCH}
        answer = client.post(reverse("console:choose_school"), chosen, follow=True)
        assert answer.redirect_chain[-1][0] == "/console/messages/"

    def test_a_draft_without_a_title_is_found_too(self, client: Client, cast: Cast) -> None:
        draft(cast.suzuki, cast.sakura, title="", text="遠足")
        client.force_login(cast.suzuki)
        assert "題名なし" in client.post(SEARCH, {"words": "遠足"}).content.decode()
        assert Message.objects.count() == 1
