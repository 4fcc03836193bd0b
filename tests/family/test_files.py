"""Files of a message: read on the phone, saved, and nobody else's; each opening is written down."""

import pytest
from django.test import Client
from django.utils import timezone

from otayori.core.ids import new_id
from otayori.messaging.models import Attachment, AttachmentOpening, Message
from otayori.roster.models import Guardianship
from tests.cast import Cast
from tests.family.paper import attach, picture_of_page, recall, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def kim(cast: Cast, client: Client) -> Client:
    client.force_login(cast.kim.user)
    return client


@pytest.fixture
def outing(cast: Cast) -> Message:
    return send(cast.sakura, cast.sato, cast.haru, title="遠足")


def address(file: Attachment, *, message: Message | None = None) -> str:
    return f"/m/{(message or file.message).id}/files/{file.id}"


def addresses(file: Attachment) -> list[str]:
    return [address(file), address(file) + "/pages/1", address(file) + "/download"]


def openings(file: Attachment) -> set[tuple[str, str]]:
    return {(str(one.user_id), one.way) for one in AttachmentOpening.objects.filter(attachment=file)}


def test_the_message_links_its_files_in_their_order(outing: Message, kim: Client) -> None:
    second = attach(outing, "地図.png", position=2, kind="image", size=482_133)
    first = attach(outing, "しおり <1>.pdf", position=1, size=1_258_291)
    attach(outing, "まだ.pdf", state="checking")
    page = kim.get(f"/m/{outing.id}").content.decode()
    for words in ("しおり &lt;1&gt;.pdf", "PDF 1.2\xa0MB", "地図.png", "画像 470.8\xa0KB"):
        assert words in page
    assert page.index(address(first)) < page.index(address(second))
    assert "まだ.pdf" not in page
    assert "ファイル 2個" in kim.get("/").content.decode()


def test_a_file_is_read_as_words_and_as_pages(cast: Cast, outing: Message, kim: Client) -> None:
    file = attach(outing, pages=3)
    page = kim.get(address(file)).content.decode()
    assert page.index("水筒、お弁当") < page.index("1ページ目")
    assert '<a href="https://sakura.example/map" rel="noopener noreferrer">' in page
    assert page.count('loading="lazy"') == 3
    assert 'alt="3ページ目"' in page
    assert openings(file) == {(str(cast.kim.user.id), "viewed")}


def test_a_leaflet_whose_words_are_part_of_its_pictures_shows_its_pages_first(
    outing: Message, kim: Client
) -> None:
    file = attach(outing, is_readable=False)
    page = kim.get(address(file)).content.decode()
    assert page.index("1ページ目") < page.index("水筒、お弁当")


def test_what_can_not_be_shown_can_be_saved(outing: Message, kim: Client) -> None:
    page = kim.get(address(attach(outing, "表.xlsx", kind="office", text="", pages=0))).content.decode()
    assert "画面に表示できません" in page
    assert "ダウンロードする" in page


def test_the_picture_of_a_page_runs_nothing_and_stays_nowhere(outing: Message, kim: Client) -> None:
    file = attach(outing)
    answer = kim.get(address(file) + "/pages/1")
    assert answer.content == picture_of_page(1)
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "private, no-store"
    for number in (0, 2, 999):
        assert kim.get(f"{address(file)}/pages/{number}").status_code == 404


def test_a_file_is_saved_under_its_name(cast: Cast, outing: Message, kim: Client) -> None:
    file = attach(outing, "遠足の\r\nしおり 「3年」.pdf", data=b"%PDF bytes")
    answer = kim.get(address(file) + "/download", headers={"Accept-Encoding": "gzip"})
    assert answer.content == b"%PDF bytes"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E9%81%A0%E8%B6%B3%E3%81%AE%E3%81%97%E3%81%8A%E3%82%8A%20"
        "%E3%80%8C3%E5%B9%B4%E3%80%8D.pdf"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert openings(file) == {(str(cast.kim.user.id), "downloaded")}


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/xhtml+xml", "", "x\r\ny"])
def test_what_a_browser_would_run_is_told_to_be_bytes(outing: Message, kim: Client, media_type: str) -> None:
    file = attach(outing, media_type=media_type)
    assert kim.get(address(file) + "/download").headers["Content-Type"] == "application/octet-stream"


def test_what_the_app_or_the_browser_fetches_ahead_is_opened_by_nobody(outing: Message, kim: Client) -> None:
    file = attach(outing)
    for ahead in ({"Otayori-Purpose": "store"}, {"Sec-Purpose": "prefetch;prerender"}):
        for one in addresses(file):
            assert kim.get(one, headers=ahead).status_code == 200
    assert kim.head(address(file)).status_code == 200
    assert not AttachmentOpening.objects.exists()


def test_files_are_for_those_alone_who_may_read_the_message(cast: Cast, outing: Message) -> None:
    file = attach(outing)
    blocked = send(cast.sakura, cast.sato, cast.sora)
    of_sora = attach(blocked)
    for stranger, files in ((cast.yamada, [file, of_sora]), (cast.blocked, [file, of_sora])):
        client = Client()
        client.force_login(stranger.user)
        for one in files:
            assert {client.get(address).status_code for address in addresses(one)} == {404}
    assert not AttachmentOpening.objects.exists()


def test_a_guardian_who_is_blocked_later_opens_nothing_more(cast: Cast, outing: Message, kim: Client) -> None:
    file = attach(outing)
    assert kim.get(address(file)).status_code == 200
    Guardianship.objects.filter(guardian=cast.kim, student=cast.haru).update(blocked_at=timezone.now())
    assert {kim.get(one).status_code for one in addresses(file)} == {404}


def test_a_file_is_found_under_its_own_message_alone(cast: Cast, outing: Message, kim: Client) -> None:
    mine = send(cast.sakura, cast.sato, cast.haru)
    theirs = attach(send(cast.sakura, cast.sato, cast.aoi))
    other_of_mine = attach(outing)
    for file in (theirs, other_of_mine):
        for rest in ("", "/pages/1", "/download"):
            assert kim.get(address(file, message=mine) + rest).status_code == 404
    assert kim.get(f"/m/{mine.id}/files/{new_id()}").status_code == 404


@pytest.mark.parametrize("fields", [{"state": "checking"}, {"state": "refused", "refusal": "malware"}])
def test_a_file_that_was_not_passed_is_not_found(
    outing: Message, kim: Client, fields: dict[str, str]
) -> None:
    assert {kim.get(one).status_code for one in addresses(attach(outing, **fields))} == {404}


def test_files_of_a_recalled_message_are_not_found(cast: Cast, outing: Message, kim: Client) -> None:
    file = attach(outing, "名簿.pdf")
    recall(outing, cast.suzuki)
    assert {kim.get(one).status_code for one in addresses(file)} == {404}
    assert "名簿" not in kim.get(f"/m/{outing.id}").content.decode()
    assert "ファイル" not in kim.get("/").content.decode()


def test_a_file_that_is_gone_from_the_store_is_not_found(outing: Message, kim: Client) -> None:
    file = attach(outing)
    Attachment.objects.filter(id=file.id).update(stored=new_id())
    assert kim.get(address(file)).status_code == 200
    assert {kim.get(one).status_code for one in addresses(file)[1:]} == {404}
