"""Find lists of names that the roster does not know: last year's class, children not yet enrolled.

A line counts that holds a surname (of the roster, or a common one) with a given name behind it, as lists
write them. Staff and officers of the PTA are introduced in lists every April: lines that say so don't count.
"""

import re

from otayori.messaging.guard.finding import Roster
from otayori.messaging.guard.fold import fold
from otayori.messaging.guard.surnames import COMMON

MOST_LINE = 120  # characters: what is longer is a paragraph
LEAST_NAMES = 5
LEAST_KNOWN = 2  # surnames, for the others of a numbered list to be believed
LEAST_SURNAMES = 3  # 小林第一公園, 小林第二公園 ... are no family

# 教頭 佐藤 花子, PTA会長 山本 一郎, 講師: told to everybody
_OFFICES = re.compile(
    r"校長|園長|教頭|副校長|主幹|教諭|担任|主任|講師|養護|栄養|事務|用務|主事|先生|教員|職員|支援員|司書|カウンセラー|学校医|校医|薬剤師|"
    r"会長|副会長|会計|書記|監査|顧問|委員長|部長|代表|役員|理事|評議員|監督|コーチ|作詞|作曲|指揮|伴奏|作者|著者|画家|出演"
)
# 千葉県, 小川町, 東校舎: what follows a surname-like word and is no given name
_NO_GIVEN = re.compile(
    r"[都道府県市区町村郡駅川橋校側門館園寺室組団部会社店舗線号台病院所局課係舎場山島湾港公]$|^[都道府県市区町村駅川橋]|小学|中学|高校|大学"
)
_WORDS = re.compile(r"[一-鿿㐀-䶿豈-﫿𠀀-𪛟々〆ぁ-ゖァ-ヺー]+")
_KANJI = re.compile(r"[一-鿿㐀-䶿豈-﫿𠀀-𪛟々〆]+")
_KATAKANA = re.compile(r"[ァ-ヺー]+")
_HIRAGANA = re.compile(r"[ぁ-ゖー]+")
_NUMBERED = re.compile(
    r"^\W{0,2}\d{1,3}[\s.,:)]+(?P<surname>[一-鿿々]{1,4}|[ァ-ヺー]{2,8})[\s,]+(?P<given>[一-鿿々ぁ-ゖァ-ヺー]{1,5})(?=$|[\s,(男女])"
)
_HONORIFIC = re.compile(r"(?:さん|くん|ちゃん|さま|様|君|殿)$")


def find(lines: list[str], roster: Roster) -> list[str]:
    """Return the names of a list of at least `LEAST_NAMES`, as written; of less, nothing.

    `lines`: of fold.line_form. Where some surnames of a numbered list are known, its other lines of the same
    shape are names too.
    """
    known: dict[str, str] = {}  # as written -> surname
    shaped: dict[str, str] = {}
    for line in lines:
        names = [one for one in _names(line.strip(), roster) if fold(one[0]) not in roster.staff]
        known |= dict(names)
        shaped |= dict(names or _shaped(line))
    numbered = len(shaped) - len(known)
    found = shaped if len(known) >= LEAST_KNOWN and len(known) * 4 >= numbered else known
    if len(found) < LEAST_NAMES or len(set(found.values())) < LEAST_SURNAMES:
        return []
    return list(found)


def has_name(line: str, roster: Roster) -> bool:
    """Tell whether a line holds what looks like a name."""
    return bool(_names(line.strip(), roster))


def _names(line: str, roster: Roster) -> list[tuple[str, str]]:
    if not line or len(line) > MOST_LINE or "。" in line or _OFFICES.search(line):
        return []
    words = _WORDS.findall(line)
    names = []
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if name := _spaced(word, following, line, roster) or _joined(word, roster):
            names.append(name)
    return names


def _shaped(line: str) -> list[tuple[str, str]]:
    """12 石塚 翔太: a number and two words as a name has them, whoever that is."""
    match = _NUMBERED.match(line)
    if match is None or _OFFICES.search(line) or _NO_GIVEN.search(match["given"]):
        return []
    return [(f"{match['surname']} {match['given']}", fold(match["surname"]))]


def _spaced(word: str, following: str, line: str, roster: Roster) -> tuple[str, str] | None:
    """山田 太郎, やまだ たろう: two words with nothing but a space (or a column) between."""
    given = _HONORIFIC.sub("", following)
    between = re.search(rf"{re.escape(word)}[\s,・]{{1,4}}{re.escape(following)}", line) if given else None
    if between is None or _NO_GIVEN.search(given):
        return None
    known = _is_surname(word, roster) and _is_given(given)
    kana = fold(word) in roster.kana_surnames and len(word) >= 2 and _is_kana_given(given)
    return (f"{word} {given}", fold(word)) if known or kana else None


def _joined(word: str, roster: Roster) -> tuple[str, str] | None:
    """山田太郎: without a space a surname of one character proves nothing (林間学校, 東門)."""
    name = _HONORIFIC.sub("", word)
    if not (3 <= len(name) <= 6 and _KANJI.fullmatch(name[:2])):
        return None
    for length in (3, 2):
        surname, given = name[:length], name[length:]
        is_given = _KANJI.fullmatch(given) and len(given) <= 3 and not _NO_GIVEN.search(given)
        if is_given and _is_surname(surname, roster):
            return name, fold(surname)
    return None


def _is_surname(word: str, roster: Roster) -> bool:
    return fold(word) in COMMON or fold(word) in roster.surnames


def _is_given(word: str) -> bool:
    if _KANJI.match(word):
        return len(word) <= 4
    return _is_kana_given(word)


def _is_kana_given(word: str) -> bool:
    return 2 <= len(word) <= 5 and bool(_KATAKANA.fullmatch(word) or _HIRAGANA.fullmatch(word))
