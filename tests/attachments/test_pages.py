"""The pages about files: adding, looking, downloading; strangers find nothing, browsers do little."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import User
from otayori.messaging.attachments import content, process
from otayori.messaging.models import Attachment, AttachmentOpening, Message
from tests.attachments import papers
from tests.attachments.stories import add, check_all, checked
from tests.cast import Cast
from tests.console.message_stories import draft, released, whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(cast: Cast) -> Message:
    return draft(cast.suzuki, cast.sakura, whole(cast.sakura))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(name: str, attachment: Attachment, **more: object) -> str:
    kwargs = {"message_id": attachment.message_id, "attachment_id": attachment.id, **more}
    return reverse(f"console:{name}", kwargs=kwargs)


def ways(attachment: Attachment, user: User) -> set[str]:
    return set(
        AttachmentOpening.objects.filter(attachment=attachment, user=user).values_list("way", flat=True)
    )


def test_a_file_is_uploaded_in_pieces_checked_looked_at_and_downloaded(cast: Cast, message: Message) -> None:
    client, data = signed_in(cast.suzuki), papers.pdf()
    told = {"name": "学年だより.pdf", "size": str(len(data)), "modified": "1"}
    begun = client.post(reverse("console:attachment_start", args=[message.id]), told).json()
    assert begun["received"] == 0
    attachment = Attachment.objects.get(id=begun["id"])
    append, finish = address("attachment_append", attachment), address("attachment_finish", attachment)

    def piece(start: int, end: int) -> object:
        answer = client.post(
            f"{append}?offset={start}", data[start:end], content_type="application/octet-stream"
        )
        return answer.status_code, answer.json()

    assert piece(0, 10_000) == (200, {"received": 10_000})
    assert piece(20_000, len(data)) == (409, {"received": 10_000})
    assert client.post(finish).status_code == 409
    again = client.post(reverse("console:attachment_start", args=[message.id]), told).json()
    assert again == {"id": str(attachment.id), "received": 10_000}  # after a reload
    kept = reverse("console:attachments_kept", args=[message.id])
    assert "途中で止まっています" in client.get(kept).content.decode()
    assert piece(10_000, len(data)) == (200, {"received": len(data)})
    assert client.post(finish).json() == {"state": "checking"}
    assert "data-unsettled" in client.get(kept).content.decode()
    check_all()
    shown = client.get(kept).content.decode()
    assert "data-unsettled" not in shown
    assert "添付できます" in shown

    looked_at = client.get(address("attachment", attachment)).content.decode()
    assert "翌日に延期しますので、お弁当の用意を" in looked_at
    assert address("attachment_page", attachment, number=2) in looked_at
    assert ways(attachment, cast.suzuki) == {"viewed"}
    assert client.get(address("attachment_download", attachment)).content == data
    assert ways(attachment, cast.suzuki) == {"viewed", "downloaded"}
    assert {one.user for one in attachment.openings.all()} == {cast.suzuki}


def test_a_refused_name_is_told_at_once(cast: Cast, message: Message) -> None:
    told = {"name": "写真.HEIC", "size": "10", "modified": "1"}
    answer = signed_in(cast.suzuki).post(reverse("console:attachment_start", args=[message.id]), told)
    assert answer.status_code == 422
    assert "JPEGに変換してください" in answer.json()["sentence"]


@pytest.mark.parametrize("size", ["", "-1", "x", "1" * 30])
def test_a_size_that_is_no_size_is_refused(cast: Cast, message: Message, size: str) -> None:
    told = {"name": "a.pdf", "size": size}
    answer = signed_in(cast.suzuki).post(reverse("console:attachment_start", args=[message.id]), told)
    assert answer.status_code == 422


def test_without_script_files_come_by_a_form(cast: Cast, message: Message) -> None:
    client = signed_in(cast.suzuki)
    page = reverse("console:attachments", args=[message.id])
    uploads = [
        SimpleUploadedFile("学年だより.pdf", papers.pdf(), "text/html"),
        SimpleUploadedFile("表.xls", b"x"),
        SimpleUploadedFile("空.txt", b""),
    ]
    answer = client.post(page, {"files": uploads}, follow=True).content.decode()
    assert "「表.xls」を添付できません" in answer
    assert "「空.txt」を添付できません" in answer
    check_all()
    attachment = Attachment.objects.get()
    assert attachment.media_type == "application/pdf"  # not what the browser said
    assert "添付できます" in client.get(page).content.decode()

    remove = address("attachment_remove", attachment)
    assert "「学年だより.pdf」を外しますか" in client.get(remove).content.decode()
    assert Attachment.objects.exists()
    assert "「学年だより.pdf」を外しました" in client.post(remove, follow=True).content.decode()
    assert not Attachment.objects.exists()


def test_nothing_else_can_be_done_with_a_file_in_a_browser(cast: Cast, message: Message) -> None:
    attachment = checked(cast.suzuki, message, '"<b>だより".pdf', papers.pdf())
    client = signed_in(cast.suzuki)
    for name, more in (("attachment_download", {}), ("attachment_page", {"number": 1})):
        headers = client.get(address(name, attachment, **more)).headers
        assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "private, no-store"
    packed = client.get(address("attachment_download", attachment), headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "identity"  # no core is spent on packing it again
    disposition = client.get(address("attachment_download", attachment)).headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''")
    assert '"' not in disposition
    page = client.get(address("attachment_page", attachment, number=1))
    assert page.headers["Content-Type"] == "image/webp"
    assert client.get(address("attachment_page", attachment, number=0)).status_code == 404
    assert client.get(address("attachment_page", attachment, number=3)).status_code == 404


def test_words_of_a_file_are_shown_as_words(cast: Cast, message: Message) -> None:
    attachment = checked(cast.suzuki, message, "<b>.txt", b"<script>alert(1)</script>")
    shown = signed_in(cast.suzuki).get(address("attachment", attachment)).content.decode()
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown


def test_what_does_not_show_is_warned_of(cast: Cast, message: Message) -> None:
    client = signed_in(cast.suzuki)
    hidden = checked(cast.suzuki, message, "予定.xlsx", papers.excel(hidden=True))
    shown = client.get(address("attachment", hidden)).content.decode()
    assert "開いただけでは見えないものが入っています" in shown
    assert "非表示のシート" in shown
    scan = checked(cast.suzuki, message, "スキャン.pdf", papers.scanned_pdf())
    assert "必ず目で確かめてください" in client.get(address("attachment", scan)).content.decode()


def test_what_is_not_ready_is_neither_opened_nor_downloaded(cast: Cast, message: Message) -> None:
    client = signed_in(cast.suzuki)
    waiting = add(cast.suzuki, message, "学年だより.pdf", papers.pdf())
    assert "確認中です" in client.get(address("attachment", waiting)).content.decode()
    assert client.get(address("attachment_download", waiting)).status_code == 404
    check_all()
    broken = checked(cast.suzuki, message, "壊れた.pdf", b"hello")
    shown = client.get(address("attachment", broken)).content.decode()
    assert "ファイルが壊れていて開けません" in shown
    assert client.get(address("attachment_download", broken)).status_code == 404
    assert not AttachmentOpening.objects.filter(attachment=broken).exists()


def test_the_page_says_that_the_scanner_is_away(cast: Cast, message: Message, settings: object) -> None:
    settings.OTAYORI_CLAMD = ("127.0.0.1", 9)  # type: ignore[attr-defined]
    add(cast.suzuki, message, "学年だより.pdf", papers.pdf())
    check_all()
    shown = (
        signed_in(cast.suzuki).get(reverse("console:attachments_kept", args=[message.id])).content.decode()
    )
    assert "ウイルス検査のサーバーが応答していません" in shown


def test_a_file_belongs_to_its_message_alone(cast: Cast, message: Message) -> None:
    attachment = checked(cast.suzuki, message, "学年だより.pdf", papers.pdf())
    other = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    client = signed_in(cast.suzuki)
    for name in ("attachment", "attachment_download", "attachment_remove"):
        elsewhere = reverse(f"console:{name}", args=[other.id, attachment.id])
        assert client.get(elsewhere).status_code == 404


def test_who_does_not_see_the_draft_does_not_see_its_files(cast: Cast, message: Message) -> None:
    attachment = checked(cast.suzuki, message, "学年だより.pdf", papers.pdf())
    for stranger in (cast.sato, cast.kobayashi, cast.kim.user):
        client = signed_in(stranger)
        for name in ("attachment", "attachment_download", "attachment_remove", "attachment_finish"):
            assert client.get(address(name, attachment)).status_code in (404, 405), (stranger, name)
            assert client.post(address(name, attachment)).status_code in (404, 405), (stranger, name)
        assert client.get(address("attachment_page", attachment, number=1)).status_code == 404
        started = client.post(
            reverse("console:attachment_start", args=[message.id]), {"name": "a.pdf", "size": 1}
        )
        assert started.status_code == 404
    assert not AttachmentOpening.objects.exists()


def test_once_it_is_sent_staff_open_its_files_and_change_none(cast: Cast) -> None:
    sent = released(cast.suzuki, cast.sakura, whole(cast.sakura))
    attachment = Attachment(
        message=sent, name="学年だより.pdf", size=3, state="ready", kind="pdf", media_type="application/pdf",
        digest="0" * 64, added_by=cast.suzuki,
    )  # fmt: skip
    attachment.save(force_insert=True)
    content.keep_body(attachment, b"%PD")
    teacher = signed_in(cast.sato)
    assert teacher.get(address("attachment_download", attachment)).content == b"%PD"
    for user in (cast.sato, cast.suzuki):
        assert signed_in(user).post(address("attachment_remove", attachment)).status_code == 404
        assert signed_in(user).get(reverse("console:attachments", args=[sent.id])).status_code == 404


def test_compose_has_the_field_and_lists_the_files(cast: Cast, message: Message) -> None:
    client = signed_in(cast.suzuki)
    assert (
        "data-attachments"
        in client.get(f"{reverse('console:compose')}?from={cast.sakura.id}").content.decode()
    )
    checked(cast.suzuki, message, "学年だより.pdf", papers.pdf())
    shown = client.get(reverse("console:draft", args=[message.id])).content.decode()
    assert "学年だより.pdf" in shown
    assert re.search(r'data-message="[0-9a-f-]{36}"', shown)


def test_a_list_for_other_pages_marks_what_was_opened(cast: Cast, message: Message) -> None:
    opened = checked(cast.suzuki, message, "学年だより.pdf", papers.pdf())
    checked(cast.suzuki, message, "壊れた.pdf", b"hello")
    context = {"message": message, "opened": {opened.id}, "back": "confirm"}
    shown = render_to_string("console/attachments_list.html", context)
    assert shown.count("もう一度開く") == 1
    assert shown.count("開きました") == 1
    assert "ファイルが壊れていて開けません" in shown
    back = signed_in(cast.suzuki).get(f"{address('attachment', opened)}?back=confirm").content.decode()
    assert reverse("console:confirm", args=[message.id]) in back
    assert "開きました" not in render_to_string("console/attachments_list.html", {"message": message})


def test_the_list_costs_few_statements(
    cast: Cast, message: Message, django_assert_max_num_queries: object
) -> None:
    client = signed_in(cast.suzuki)
    for number in range(10):
        add(cast.suzuki, message, f"{number}.txt", b"hello")
    while process.check_next():
        pass
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert client.get(reverse("console:attachments", args=[message.id])).status_code == 200
