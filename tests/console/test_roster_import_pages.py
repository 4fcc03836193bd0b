"""取り込み on the screen: from a file on a ward PC to the roster, and all that can be wrong with a file."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import User
from otayori.roster.models import RosterImport, Student
from tests.cast import Cast

pytestmark = pytest.mark.django_db

HEADER = "学年,組,出席番号,氏名,フリガナ,管理コード,住所"
ALL = [
    "3,1,1,キム ハル,キム ハル,0001,x",
    "3,1,2,山田 葵,ヤマダ アオイ,0002,x",
    "3,1,3,渡辺 空,ワタナベ ソラ,0003,x",
    "3,2,1,アルバレス 芽衣,アルバレス メイ,0004,x",
]


def send(client: Client, user: User, content: bytes) -> HttpResponse:
    client.force_login(user)
    file = SimpleUploadedFile("meibo.csv", content, content_type="text/csv")
    return client.post(reverse("console:import"), {"file": file}, follow=True)  # type: ignore[return-value]


def text(response: HttpResponse) -> str:
    words = re.sub(r"<[^>]+>", "", response.content.decode())
    return re.sub(r"\s+", " ", words)


def csv(*rows: str) -> bytes:
    return "\r\n".join([HEADER, *rows]).encode("cp932")


def test_a_manager_reads_what_would_change_and_applies_it(cast: Cast, client: Client) -> None:
    rows = [ALL[0], ALL[1].replace("3,1,2,山田", "3,2,8,高橋"), ALL[2], "3,1,9,森 新,モリ アラタ,0100,x"]
    page = text(send(client, cast.suzuki, csv(*rows)))
    assert "桜小学校の名簿に 1人が新しく入り、1人の内容が変わり、1人がいなくなります。" in page
    assert "学級 3年1組 → 3年2組" in page
    assert "氏名 山田 葵 → 高橋 葵" in page
    assert "読み込まず、保存もしない列: 住所" in page
    assert "新しい 1人、変わる 1人、いなくなる 1人を反映する" in page
    assert "森 新" in page
    assert Student.objects.count() == 6

    kept = RosterImport.objects.get()
    response = client.post(reverse("console:import_apply", args=[kept.id]), follow=True)
    assert "名簿に反映しました。新しく入った人 1人、変わった人 1人、いなくなった人 1人。" in text(response)
    assert "森 新" in text(response)
    assert "アルバレス" not in text(response)
    assert "反映済み" in text(client.get(reverse("console:import_preview", args=[kept.id])))


def test_a_file_can_be_thrown_away(cast: Cast, client: Client) -> None:
    send(client, cast.suzuki, csv(*ALL[1:]))
    kept = RosterImport.objects.get()
    response = client.post(reverse("console:import_discard", args=[kept.id]), follow=True)
    assert "名簿は変わっていません" in text(response)
    assert Student.objects.get(id=cast.haru.id).left_at is None


def test_another_file_after_the_first_was_shown_is_compared_anew(cast: Cast, client: Client) -> None:
    send(client, cast.suzuki, csv(*ALL[1:]))
    kept = RosterImport.objects.get()
    Student.objects.filter(id=cast.aoi.id).update(left_at=cast.suzuki.created_at)
    response = client.post(reverse("console:import_apply", args=[kept.id]), follow=True)
    assert "名簿が変わりました。もう一度確認してください。" in text(response)
    assert "名簿に戻る" in text(response)
    assert Student.objects.get(id=cast.haru.id).left_at is None


def test_too_many_vanishing_needs_a_tick(cast: Cast, client: Client) -> None:
    crowd = [f"5,1,{n},子供{n},コ,1{n:03},x" for n in range(1, 21)]
    send(client, cast.suzuki, csv(*ALL, *crowd))
    client.post(reverse("console:import_apply", args=[RosterImport.objects.get().id]))
    page = text(send(client, cast.suzuki, csv(*ALL)))
    assert "桜小学校: 24人のうち 20人がいなくなります。" in page
    address = reverse("console:import_apply", args=[RosterImport.objects.latest("made_at").id])
    assert "「確かめました」に印を付けて" in text(client.post(address, follow=True))
    assert Student.objects.filter(left_at__isnull=False).count() == 0
    client.post(address, {"confirmed": "on"})
    assert Student.objects.filter(left_at__isnull=False).count() == 20


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"%PDF-1.7 not a roster", "PDFのファイルです"),
        (b"PK\x03\x04 xl/workbook.xml", "Excelのファイルです"),
        (b"x" * (10 * 1024 * 1024 + 100), "ファイルが大きすぎます。10MBまで"),
        ("学年,組,氏名\n3,1,森 新".encode(), "「管理コード」の列がありません"),
        (csv(*ALL, "3,1,4,森 新,モリ,0001,x"), "6行目: 管理コード「0001」が2行目と同じです"),
        (csv("9,1,1,森 新,モリ,0100,x"), "2行目: 学年「9」は小学校では使えません"),
    ],
)
def test_a_wrong_file_is_answered_in_words(cast: Cast, client: Client, content: bytes, sentence: str) -> None:
    page = text(send(client, cast.suzuki, content))
    assert "「meibo.csv」は読み込めませんでした。名簿は変わっていません。" in page
    assert sentence in page
    assert not RosterImport.objects.exists()


def test_no_file_and_an_empty_file_are_told_at_the_field(cast: Cast, client: Client) -> None:
    assert "ファイルが空です" in text(send(client, cast.suzuki, b""))
    assert "名簿のファイルを選んでください" in text(client.post(reverse("console:import")))


def test_hundreds_of_wrong_lines_are_counted_beyond_what_is_shown(cast: Cast, client: Client) -> None:
    page = text(send(client, cast.suzuki, csv(*[f"9,1,{n},森 新,モリ,5{n:03},x" for n in range(1, 251)])))
    assert "ほかに 50か所あります" in page


def test_the_board_imports_for_the_ward(cast: Cast, client: Client) -> None:
    head = "学校コード," + HEADER
    rows = [f"{cast.sakura.code},{row}" for row in ALL]
    rows += [f"{cast.kashiwa.code},1,1,1,キム ジュン,キム ジュン,0005,x"]
    page = text(send(client, cast.tanaka, "\n".join([head, *rows]).encode()))
    assert "区全体の名簿に 0人が新しく入り、0人の内容が変わり、1人がいなくなります。" in page
    assert "柏中学校" in page
    kept = RosterImport.objects.get()
    assert kept.school is None
    client.force_login(cast.suzuki)
    assert client.get(reverse("console:import_preview", args=[kept.id])).status_code == 404
    assert client.post(reverse("console:import_apply", args=[kept.id])).status_code == 404


def test_an_import_of_another_school_is_nobodys_news(cast: Cast, client: Client) -> None:
    send(client, cast.suzuki, csv(*ALL[1:]))
    kept = RosterImport.objects.get()
    for somebody in (cast.kobayashi, cast.sato):
        client.force_login(somebody)
        assert client.get(reverse("console:import_preview", args=[kept.id])).status_code == 404
        for name in ("import_apply", "import_discard"):
            assert client.post(reverse(f"console:{name}", args=[kept.id])).status_code == 404
    client.force_login(cast.suzuki)
    assert client.get(reverse("console:import") + f"?school={cast.kashiwa.id}").status_code == 404


def test_what_another_school_knew_of_a_child_stays_there(cast: Cast, client: Client) -> None:
    Student.objects.filter(id=cast.jun.id).update(left_at=cast.suzuki.created_at)
    page = text(send(client, cast.suzuki, csv(*ALL, "6,1,1,キム ジュン太,キム ジュンタ,0005,x")))
    assert "区内の別の学校・園 → 桜小学校" in page
    assert "柏中" not in page
    assert "キム ジュン " not in page
