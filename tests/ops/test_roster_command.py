"""`otayori roster import`: what it says, what it does, and how it ends."""

from pathlib import Path

import pytest

from otayori.ops.roster_command import CANNOT_START, DONE, NEEDS_WORD, REFUSED, import_file
from otayori.roster.models import RosterImport, Student
from tests.cast import Cast

pytestmark = pytest.mark.django_db

HEADER = "学年,組,出席番号,氏名,フリガナ,管理コード"
ALL = [
    "3,1,1,キム ハル,キム ハル,0001",
    "3,1,2,山田 葵,ヤマダ アオイ,0002",
    "3,1,3,渡辺 空,ワタナベ ソラ,0003",
    "3,2,1,アルバレス 芽衣,アルバレス メイ,0004",
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "meibo.csv"


def write(file: Path, *rows: str) -> Path:
    file.write_text("\n".join([HEADER, *rows]), "cp932")
    return file


def test_it_shows_first_and_applies_when_told(
    cast: Cast, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(file, *ALL, "3,1,9,森 新,モリ アラタ,0100")
    assert import_file(file, school="1001") == DONE
    said = capsys.readouterr().out
    assert "新しく入る人 1人、変わる人 0人、いなくなる人 0人、変わらない人 4人" in said
    assert "--apply" in said
    assert "森" not in said
    assert Student.objects.count() == 6
    assert not RosterImport.objects.exists()

    assert import_file(file, school="1001", apply=True) == DONE
    assert Student.objects.count() == 7
    assert RosterImport.objects.get().content is None


def test_a_wrong_file_is_refused_with_its_lines(
    cast: Cast, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_file(write(file, "9,1,1,森 新,モリ,0100"), school="1001", apply=True) == REFUSED
    assert "2行目: 学年「9」は小学校では使えません" in capsys.readouterr().err
    assert import_file(write(file, *ALL)) == REFUSED  # a ward's file needs the column
    assert "「学校コード」の列がありません" in capsys.readouterr().err


def test_no_such_file_or_school(cast: Cast, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_file(file, school="1001") == CANNOT_START
    assert "開けません" in capsys.readouterr().err
    assert import_file(write(file, *ALL), school="9999") == CANNOT_START
    assert "学校ID「9999」" in capsys.readouterr().err


def test_too_many_vanishing_needs_the_word(cast: Cast, file: Path) -> None:
    crowd = [f"5,1,{n},子供{n},コ,1{n:03}" for n in range(1, 21)]
    assert import_file(write(file, *ALL, *crowd), school="1001", apply=True) == DONE
    write(file, *ALL)
    assert import_file(file, school="1001", apply=True) == NEEDS_WORD
    assert Student.objects.filter(left_at__isnull=False).count() == 0
    assert import_file(file, school="1001", apply=True, allow_many_gone=True) == DONE
    assert Student.objects.filter(left_at__isnull=False).count() == 20
