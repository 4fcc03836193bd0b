"""Find ways to reach families, and data of registers: phone numbers, addresses, mail, birth dates, tables.

A school's letters are full of numbers that are everybody's: its own, the health centre's, the hotel's. A line
(or the line before) that names such a place makes its number public, up to `MOST_PUBLIC` of a kind: a form of
a child names its school as well, and eighty-five forms are no list of health centres. All take the lines of
`fold.line_form`.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator
from datetime import date

MOST_PUBLIC = 8
LEAST = 2  # different ones of a kind
LEAST_BIRTHS = 3
LEAST_COLUMNS = 3
MOST_HEAD = 120  # characters of the head of a table
YOUNGEST, OLDEST = 3, 19  # years: whose birthdays would stand in a school's list

_PUBLIC = re.compile(
    r"相談|センター|窓口|ダイヤル|ホットライン|警察|交番|消防|病院|医院|クリニック|歯科|薬局|学校|園|教育委員会|役所|役場|保健所|児童館|図書館|"
    r"公民館|体育館|会館|ホール|公園|ホテル|旅館|民宿|荘|バス|旅行|交通|株式会社|有限会社|\(株\)|\(有\)|事務局|事務所|協会|連盟|財団|法人|大学|"
    r"会場|集合場所|見学先|宿泊|店|給食|学童|クラブ|課|係"
)
_PHONE = re.compile(r"(?<![\d-])(?:\+81[- ]?\d|\(?0\d)[\d() -]{7,14}\d(?![\d-])")
_MOBILE = re.compile(r"0[6789]0\d{8}")
_SERVICE = re.compile(r"0120|0800|0570|0990|0180|0077|0088")
_HOUSE = re.compile(
    r"(?<![\d-])(?!0)(?:\d{1,3}丁目\s?\d{1,4}(?:(?:番地?|-)\s?(?:\d{1,4}号?)?)?|\d{1,4}番地?(?:の|-)?\d{0,4}号?|"
    r"\d{1,4}-\d{1,4}(?:-\d{1,4})?)(?![\d年月日時分-])"
)
_STREET = re.compile(r"[一-鿿々〆ぁ-ゖァ-ヺー]{1,20}\s?$")
_PLACE = re.compile(r"[都道府県市区町村郡字]|丁目|番地|番\d+号|\d+-\d+-\d+")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_OFFICIAL_MAIL = re.compile(r"\.(?:lg|ed|go|ac|or|co)\.jp$", re.IGNORECASE)
_BIRTH = re.compile(
    r"(?<!\d)(?:(?P<era>平成|令和|H|R)\s?(?P<era_year>\d{1,2}|元)|(?P<year>20\d\d))\s?[年./-]\s?"
    r"(?P<month>\d{1,2})\s?[月./-]\s?(?P<day>\d{1,2})(?!\d)"
)
_BORN = re.compile(r"生年月日|誕生日|生まれ|\d日\s?生")
_HISTORY = re.compile(r"改正|制定|施行|創立|開校|開園|附則|告示|発行|創刊|条例|規則")
_COLUMNS = re.compile(
    r"出席番号|管理番号|管理コード|児童番号|生徒番号|学籍番号|氏名|名前|児童名|生徒名|園児名|ふりがな|フリガナ|性別|生年月日|住所|電話番号?|"
    r"保護者名?|緊急連絡先|評定|所見|備考|認定|続柄"
)
_NUMBERED = re.compile(r"^\W{0,2}(?:\d{1,7}[\s,.:)|]+)+\S*[一-鿿ぁ-ゖァ-ヺ]{2}")


def phones(lines: list[str], known: Container[str]) -> list[str]:
    """Return private phone numbers: two or more different ones, or any mobile one. `known`: digits alone."""
    mobiles: dict[str, str] = {}  # a place may be public, a mobile phone is somebody's

    def in_line(line: str) -> Iterator[tuple[str, str]]:
        for match in _PHONE.finditer(line):
            number = re.sub(r"\D", "", match[0].replace("+81", "0", 1))
            if len(number) in (10, 11) and number not in known and not _SERVICE.match(number):
                if _MOBILE.fullmatch(number):
                    mobiles[number] = match[0].strip()
                yield number, match[0].strip()

    found = _private(lines, in_line)
    return list((found | mobiles).values()) if mobiles or len(found) >= LEAST else []


def addresses(lines: list[str]) -> list[str]:
    """Return addresses of homes: two or more different ones."""
    found = _private(lines, _addresses_in)
    return list(found.values()) if len(found) >= LEAST else []


def emails(lines: list[str]) -> list[str]:
    """Return private mail addresses: two or more different ones."""
    found = {match[0].lower(): match[0] for line in lines if "@" in line for match in _EMAIL.finditer(line)}
    private = [written for key, written in found.items() if not _OFFICIAL_MAIL.search(key)]
    return private if len(private) >= LEAST else []


def birth_dates(lines: list[str], today: date, has_name: Callable[[str], bool]) -> list[str]:
    """Return birth dates of children: three or more that stand beside names, or in a text that says so."""
    said = any(_BORN.search(line) for line in lines)
    found: dict[str, str] = {}
    for line in lines:
        dates = [match for match in _BIRTH.finditer(line) if _is_childs(match, today)]
        if dates and not _HISTORY.search(line) and (said or has_name(line)):
            found |= {match[0]: match[0] for match in dates}
    return list(found.values()) if len(found) >= LEAST_BIRTHS else []


def tables(lines: list[str]) -> list[str]:
    """Return the heads of tables of people that are filled in: a blank form has no numbered lines."""
    found = []
    for index, line in enumerate(lines):
        if len(line) > MOST_HEAD or len({match[0] for match in _COLUMNS.finditer(line)}) < LEAST_COLUMNS:
            continue
        if sum(1 for row in lines[index + 1 : index + 60] if _NUMBERED.match(row)) >= LEAST_BIRTHS:
            found.append(line.strip())
    return list(dict.fromkeys(found))


def _addresses_in(line: str) -> Iterator[tuple[str, str]]:
    """From the number back to the street: to look for streets first would try every run of kanji."""
    for house in _HOUSE.finditer(line):
        street = _STREET.search(line[max(0, house.start() - 21) : house.start()])
        if street is None:
            continue
        written = street[0] + house[0]
        if _PLACE.search(written):
            yield re.sub(r"\s", "", written), written


def _private(lines: list[str], in_line: Callable[[str], Iterable[tuple[str, str]]]) -> dict[str, str]:
    """Return what is found (key -> as written) without what a line names as a public place's."""
    private: dict[str, str] = {}
    public: dict[str, str] = {}
    names_place = False  # the line before does, and has no number of its own
    for line in lines:
        found = dict(in_line(line))
        is_public = bool(_PUBLIC.search(line)) or (names_place and bool(found))
        for key, written in found.items():
            (public if is_public else private).setdefault(key, written)
        names_place = is_public and not found
    if len(public) >= MOST_PUBLIC:
        return private | public
    return {key: written for key, written in private.items() if key not in public}


def _is_childs(match: re.Match[str], today: date) -> bool:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return False
    if match["year"]:
        year = int(match["year"])
    else:
        of_era = 1 if match["era_year"] == "元" else int(match["era_year"])
        year = of_era + (1988 if match["era"] in ("平成", "H") else 2018)
    return YOUNGEST <= today.year - year <= OLDEST
