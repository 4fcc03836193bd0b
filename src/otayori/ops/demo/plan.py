"""The schools and classes of the demo ward, and how big it is. Pure: the same seed gives the same ward."""

from dataclasses import dataclass
from random import Random
from typing import Final

from otayori.schools import grades

SEED: Final = 20260401


@dataclass(frozen=True)
class Size:
    """How much of the ward is made."""

    kindergartens: int
    elementaries: int
    junior_highs: int
    special_needs: int
    class_size: float  # 1.0: as many children in a class as usual
    guardians: int


WHOLE: Final = Size(14, 29, 11, 1, 1.0, 20_000)


@dataclass(frozen=True)
class PlannedRoom:
    grade: str
    name: str
    seats: int


@dataclass(frozen=True)
class PlannedSchool:
    """`places` are the elementary schools (by their position) in whose surroundings its children live."""

    kind: str
    code: str  # in the form of MEXT's 学校コード
    number: str
    name: str
    kana: str
    domain: str
    places: tuple[int, ...]
    rooms: tuple[PlannedRoom, ...]


_KINDERGARTENS: Final = """
すみれ スミレ sumire, たんぽぽ タンポポ tampopo, わかば ワカバ wakaba, あおぞら アオゾラ aozora,
こばと コバト kobato, ひばり ヒバリ hibari, なのはな ナノハナ nanohana, つくし ツクシ tsukushi,
どんぐり ドングリ donguri, もみじ モミジ momiji, ほしのこ ホシノコ hoshinoko, ひかり ヒカリ hikari,
にじのこ ニジノコ nijinoko, このみ コノミ konomi
"""
_ELEMENTARIES: Final = """
桜 サクラ sakura, 若葉 ワカバ wakaba, 緑台 ミドリダイ midoridai, 青葉 アオバ aoba,
桐ヶ丘 キリガオカ kirigaoka, 杉の森 スギノモリ suginomori, 楠 クスノキ kusunoki,
欅台 ケヤキダイ keyakidai, 桂 カツラ katsura, 椿 ツバキ tsubaki, 梅園 ウメゾノ umezono,
柳橋 ヤナギバシ yanagibashi, 竹の里 タケノサト takenosato, 松原 マツバラ matsubara,
栗山 クリヤマ kuriyama, 銀杏台 イチョウダイ ichodai, 楓 カエデ kaede, 橘 タチバナ tachibana,
朝日 アサヒ asahi, 夕凪 ユウナギ yunagi, 泉 イズミ izumi, 清水 シミズ shimizu, 北野 キタノ kitano,
南台 ミナミダイ minamidai, 東ヶ丘 ヒガシガオカ higashigaoka, 西原 ニシハラ nishihara,
中央 チュウオウ chuo, 富士見 フジミ fujimi, 川辺 カワベ kawabe
"""
_JUNIOR_HIGHS: Final = """
柏 カシワ kashiwa, 榎 エノキ enoki, 樫の木 カシノキ kashinoki, 高台 タカダイ takadai, 川辺 カワベ kawabe,
緑が丘 ミドリガオカ midorigaoka, 朝日 アサヒ asahi, 北 キタ kita, 南 ミナミ minami, 東 ヒガシ higashi,
西 ニシ nishi
"""
_SPECIAL_NEEDS: Final = "みどり ミドリ midori"
_ROOMS_OF_KINDERGARTEN: Final = {
    "E1": ("もも", "ばら"), "E2": ("すみれ", "たんぽぽ"), "E3": ("さくら", "ひまわり"),
}  # fmt: skip


@dataclass(frozen=True)
class _Kind:
    """What schools of a kind have in common; `rooms` and `seats` are (fewest, most)."""

    names: str
    suffix: tuple[str, str]
    subdomain: str
    code: str
    first_serial: int
    first_number: int
    grades: tuple[str, ...]
    rooms: tuple[float, float]
    seats: tuple[int, int]


_KINDS: Final = {
    "elementary": _Kind(
        _ELEMENTARIES, ("小学校", "ショウガッコウ"), "", "B1132", 1, 1001, grades.ELEMENTARY,
        (1.65, 2.9), (24, 32),
    ),
    "junior_high": _Kind(
        _JUNIOR_HIGHS, ("中学校", "チュウガッコウ"), "jh-", "C1132", 2, 2001, grades.JUNIOR_HIGH,
        (3.5, 5.0), (28, 35),
    ),
    "kindergarten": _Kind(
        _KINDERGARTENS, ("幼稚園", "ヨウチエン"), "k-", "A1132", 1, 3001, grades.KINDERGARTEN,
        (0.9, 2.4), (15, 22),
    ),
    "special_needs": _Kind(
        _SPECIAL_NEEDS, ("特別支援学校", "トクベツシエンガッコウ"), "sn-", "E1132", 1, 4001,
        grades.ELEMENTARY + grades.JUNIOR_HIGH, (1, 1.4), (5, 8),
    ),
}  # fmt: skip


def schools(size: Size) -> list[PlannedSchool]:
    """Return the schools, 桜小学校 first of the elementary schools, 柏中学校 of the junior highs."""
    random = Random(SEED)  # noqa: S311 - schools that don't exist
    counts = {
        "elementary": size.elementaries,
        "junior_high": size.junior_highs,
        "kindergarten": size.kindergartens,
        "special_needs": size.special_needs,
    }
    return [
        _school(kind, position, size, random) for kind, count in counts.items() for position in range(count)
    ]


def _school(kind: str, position: int, size: Size, random: Random) -> PlannedSchool:
    common = _KINDS[kind]
    name, kana, roman = common.names.split(",")[position].split()
    serial = common.first_serial + position
    big = random.uniform(*common.rooms)
    return PlannedSchool(
        kind=kind,
        code=f"{common.code}{serial:07d}{(9 - 2 * serial) % 10}",
        number=str(common.first_number + position),
        name=name + common.suffix[0],
        kana=kana + common.suffix[1],
        domain=f"{'' if name == '柏' else common.subdomain}{roman}.example",  # the cast's is the plain one
        places=_places(kind, position, size),
        rooms=tuple(_rooms(kind, big, size.class_size, random)),
    )


def _places(kind: str, position: int, size: Size) -> tuple[int, ...]:
    everywhere = range(size.elementaries)
    if kind == "elementary":
        return (position,)
    if kind == "junior_high":
        return tuple(place for place in everywhere if place % size.junior_highs == position)
    if kind == "kindergarten":
        return tuple(sorted({2 * position % size.elementaries, (2 * position + 1) % size.elementaries}))
    return tuple(everywhere)


def _rooms(kind: str, big: float, class_size: float, random: Random) -> list[PlannedRoom]:
    common = _KINDS[kind]
    rooms = []
    for grade in common.grades:
        count = max(1, round(big + random.uniform(-0.4, 0.4)))
        names = _ROOMS_OF_KINDERGARTEN.get(grade) or tuple(str(n) for n in range(1, count + 1))
        for name in names[:count]:
            seats = max(4, round(random.randint(*common.seats) * class_size))
            rooms.append(PlannedRoom(grade, name, seats))
    return rooms
