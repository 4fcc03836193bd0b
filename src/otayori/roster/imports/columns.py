"""Which column of a roster file is which: common Japanese names, in any order."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from otayori.roster.imports.codes import Code
from otayori.roster.imports.errors import Param, Problem, RosterFileError


class Column(StrEnum):
    """What we take from a roster file. Everything else is left unread (data minimisation)."""

    SCHOOL_CODE = "school_code"
    GRADE = "grade"
    CLASS_NAME = "class_name"
    NUMBER = "number"
    NAME = "name"
    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"
    KANA = "kana"
    FAMILY_KANA = "family_kana"
    GIVEN_KANA = "given_kana"
    MANAGEMENT_CODE = "management_code"
    GROUPS = "groups"


# Per column: names that mean it, and names that mean it only if no name of the first kind is there
# ("No." beside 出席番号 is a running number). First name = the one proposed in errors.
_ALIASES: dict[Column, tuple[str, str]] = {
    Column.SCHOOL_CODE: ("学校コード", "学校番号 学校ID 園コード 学校園コード schoolcode schoolid"),
    Column.GRADE: ("学年", "年 学年コード 学年名 年齢区分 grade gradecode"),
    Column.CLASS_NAME: ("組 クラス", "学級 学級名 クラス名 組名 年組 class classname homeclass"),
    Column.NUMBER: ("出席番号", "番号 番 出席no 出席no. no no. 名簿番号 席番 number"),
    Column.NAME: (
        "氏名 児童氏名 生徒氏名 園児氏名 児童生徒氏名 氏名(漢字)",
        "名前 児童名 生徒名 園児名 園児児童生徒氏名 漢字氏名 なまえ name fullname studentname",
    ),
    Column.FAMILY_NAME: ("姓 氏 姓(漢字) 氏名(姓)", "苗字 名字 児童姓 生徒姓 familyname lastname"),
    Column.GIVEN_NAME: ("名 名(漢字) 氏名(名)", "児童名(名) 生徒名(名) givenname firstname"),
    Column.KANA: (
        (
            "フリガナ ふりがな 氏名カナ 氏名かな 氏名フリガナ 氏名ふりがな カナ氏名 かな氏名"
            " 氏名(カナ) 氏名(かな) 氏名(フリガナ) 氏名(ふりがな) 児童氏名カナ 生徒氏名カナ"
            " 児童氏名フリガナ 生徒氏名フリガナ 児童氏名ふりがな 生徒氏名ふりがな"
        ),
        (
            "カナ かな 名前カナ 名前かな 名前(カナ) 名前(かな) 名前フリガナ 名前ふりがな よみ 読み よみがな"
            " ヨミガナ 読み仮名 振り仮名 児童名カナ 生徒名カナ 園児名カナ kana namekana"
        ),
    ),
    Column.FAMILY_KANA: (
        (
            "セイ せい 姓カナ 姓かな 姓フリガナ 姓ふりがな 姓(カナ) 姓(かな) 姓(フリガナ) 姓(ふりがな)"
            " 氏カナ 氏フリガナ 氏名カナ(姓) カナ姓 フリガナ(姓) ふりがな(姓)"
        ),
        "familykana familynamekana lastnamekana kanafamilyname",
    ),
    Column.GIVEN_KANA: (
        (
            "メイ めい 名カナ 名かな 名フリガナ 名ふりがな 名(カナ) 名(かな) 名(フリガナ) 名(ふりがな)"
            " 氏名カナ(名) カナ名 フリガナ(名) ふりがな(名)"
        ),
        "givenkana givennamekana firstnamekana kanagivenname",
    ),
    Column.MANAGEMENT_CODE: (
        "管理コード",
        (
            "児童コード 生徒コード 園児コード 児童生徒コード 学籍番号 個人コード 管理番号"
            " 児童番号 生徒番号 児童生徒番号 studentcode studentid"
        ),
    ),
    Column.GROUPS: ("グループ 所属グループ グループ名 ユーザータグ 備考タグ タグ", "groups group tags"),
}
_REQUIRED = (Column.GRADE, Column.CLASS_NAME, Column.NAME, Column.MANAGEMENT_CODE)
_PAIRS = {
    Column.NAME: (Column.FAMILY_NAME, Column.GIVEN_NAME),
    Column.KANA: (Column.FAMILY_KANA, Column.GIVEN_KANA),
}
_RANKED = {
    alias: (column, rank)
    for column, kinds in _ALIASES.items()
    for rank, names in enumerate(kinds)
    for alias in (unicodedata.normalize("NFKC", name).casefold() for name in names.split())
}
# Personal data that a roster file often carries and Otayori must not take (handbook: no more than needed).
_PERSONAL = re.compile(
    "住所|郵便|番地|生年月日|誕生|年齢$|性別|電話|携帯|メール|mail|保護者|続柄|国籍|緊急連絡|アレルギー|マイナンバー|個人番号"
)
# What may follow a title without changing its meaning; (姓), (保護者) and the like do change it.
_REMARK = re.compile(r"\((必須|任意|数字|数値|漢字|例[^()]*|全角[^()]*|半角[^()]*|\d+桁)\)$")
_NUMBERED_GROUP = re.compile(r"\D+(?=\d+$)")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each column stands in a row (from 0), and the header names that are left unread."""

    places: Mapping[Column, tuple[int, ...]]  # several places for groups alone
    ignored: tuple[str, ...]
    personal: tuple[str, ...]  # those of `ignored` that are personal data, to be named to the reader

    def has(self, column: Column) -> bool:
        """Whether the file speaks of `column`, as one column or as a pair of family and given name."""
        return any(part in self.places for part in (column, *_PAIRS.get(column, ())))


def recognise(title: str) -> tuple[Column, int] | None:
    """Return the column a header cell means and its rank (0 sure, 1 only if nothing better), or None."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    folded = "".join(c for c in folded if not c.isspace() and unicodedata.category(c) != "Cf").strip("*※")
    bare = _REMARK.sub("", folded).strip("*※")
    for form in (folded, bare):
        if found := _RANKED.get(form):
            return found
    numbered = _NUMBERED_GROUP.match(folded)  # グループ1, グループ2
    meaning = _RANKED.get(numbered[0]) if numbered else None
    return meaning if meaning and meaning[0] is Column.GROUPS else None


def match_columns(titles: Sequence[str], line: int, *, school_given: bool) -> Columns:
    """Find the columns of a header row. Raises RosterFileError naming every missing or doubled column.

    `school_given`: the caller knows the school, so 学校コード may be absent.
    """
    header, places, problems = _match(titles, line)
    if problems := problems + _find_missing(places, header, school_given=school_given):
        raise RosterFileError(*problems)
    return _columns(header, places)


def find_columns(titles: Sequence[str], line: int) -> Columns:
    """Find whichever columns a header row has. Raises RosterFileError naming every doubled one."""
    header, places, problems = _match(titles, line)
    if problems:
        raise RosterFileError(*problems)
    return _columns(header, places)


@dataclass(frozen=True, slots=True)
class _Header:
    titles: tuple[str, ...]
    line: int

    def problem(self, code: Code, **params: Param) -> Problem:
        found = tuple(title for title in self.titles if title)
        return Problem(code, self.line, {**params, "found": found})


_Places = dict[Column, tuple[int, ...]]


def _match(titles: Sequence[str], line: int) -> tuple[_Header, _Places, list[Problem]]:
    header = _Header(tuple(title.strip() for title in titles), line)
    places, doubled = _place(header)
    halves = [problem for whole in _PAIRS if (problem := _settle_pair(places, whole, header=header))]
    return header, places, doubled + halves


def _columns(header: _Header, places: _Places) -> Columns:
    taken = {index for indexes in places.values() for index in indexes}
    ignored = tuple(title for i, title in enumerate(header.titles) if i not in taken and title)
    personal = tuple(title for title in ignored if _PERSONAL.search(unicodedata.normalize("NFKC", title)))
    return Columns(places, ignored, personal)


def _place(header: _Header) -> tuple[_Places, list[Problem]]:
    candidates: dict[Column, dict[int, list[int]]] = {}
    for index, title in enumerate(header.titles):
        if meaning := recognise(title):
            candidates.setdefault(meaning[0], {}).setdefault(meaning[1], []).append(index)
    places: _Places = {}
    problems = []
    for column, ranks in candidates.items():
        places[column] = tuple(ranks[min(ranks)])
        count = len(places[column])
        if count > 1 and column is not Column.GROUPS:
            doubled = tuple(header.titles[index] for index in places[column])
            problem = header.problem(Code.DOUBLED_COLUMN, column=column.value, count=count, doubled=doubled)
            problems.append(problem)
    return places, problems


def _settle_pair(places: _Places, whole: Column, *, header: _Header) -> Problem | None:
    """Use 氏名 before 姓 + 名. Half a pair is an error: 苗字 + 名前 would lose half of every name."""
    present = [part for part in _PAIRS[whole] if part in places]
    if len(present) == 1:
        absent = next(part for part in _PAIRS[whole] if part not in places)
        names = {part: _ALIASES[part][0].split()[0] for part in (*present, absent)}
        return header.problem(Code.HALF_NAME, present=names[present[0]], absent=names[absent])
    for part in present if whole in places else ():
        del places[part]
    return None


def _find_missing(places: _Places, header: _Header, *, school_given: bool) -> list[Problem]:
    problems = []
    for column in _REQUIRED if school_given else (Column.SCHOOL_CODE, *_REQUIRED):
        if column not in places and not any(part in places for part in _PAIRS.get(column, ())):
            aliases = tuple(" ".join(_ALIASES[column]).split()[:5])
            problems.append(header.problem(Code.MISSING_COLUMN, column=column.value, aliases=aliases))
    return problems
