"""The people of the demo ward who can sign in, and the child nobody has registered for yet. Pure."""

from dataclasses import dataclass
from typing import Final

PASSWORD: Final = "otayori-demo-2026"  # noqa: S105 - printed at every start of the demo


@dataclass(frozen=True)
class StaffPart:
    """Somebody of the staff with a password; `school` is a school number, `room` a class of it."""

    email: str
    name: str
    role: str  # accounts.models.Role
    school: str | None
    room: tuple[str, str] | None
    told: str  # who this is, on the list of sign-ins


TANAKA: Final = StaffPart(
    "tanaka@board.example", "田中 誠", "board_officer", None, None, "教育委員会 / board officer"
)
YAMAMOTO: Final = StaffPart(  # the second officer, who approves what the first one asks for
    "yamamoto@board.example",
    "山本 恵",
    "board_officer",
    None,
    None,
    "教育委員会（承認する人）/ second officer",
)
SUZUKI: Final = StaffPart(
    "suzuki@sakura.example", "鈴木 京子", "manager", "1001", None, "桜小学校 校長 / school manager"
)
TAKAHASHI: Final = StaffPart(
    "takahashi@sakura.example", "高橋 健一", "manager", "1001", None, "桜小学校 副校長 / second manager"
)
SATO: Final = StaffPart(
    "sato@sakura.example", "佐藤 美咲", "teacher", "1001", ("P3", "1"), "桜小学校 3年1組担任 / teacher"
)
ITO: Final = StaffPart(
    "ito@kashiwa.example", "伊藤 直樹", "manager", "2001", None, "柏中学校 校長 / school manager"
)
KOBAYASHI: Final = StaffPart(
    "kobayashi@kashiwa.example", "小林 陽子", "teacher", "2001", ("J1", "1"), "柏中学校 1年1組担任 / teacher"
)
STAFF: Final = (TANAKA, YAMAMOTO, SUZUKI, TAKAHASHI, SATO, ITO, KOBAYASHI)


@dataclass(frozen=True)
class ChildPart:
    """A child with a part in the demo: in which class, and under which 管理コード it is found again."""

    name: str
    kana: str
    school: str
    room: tuple[str, str]
    code: str


HARU: Final = ChildPart("キム ハル", "キム ハル", "1001", ("P3", "1"), "99000001")
JUN: Final = ChildPart("キム ジュン", "キム ジュン", "2001", ("J1", "1"), "99000002")
HINATA: Final = ChildPart("中村 ひなた", "ナカムラ ヒナタ", "1001", ("P3", "1"), "99000003")

KIM_EMAIL: Final = "kim@home.example"
KIM_NAME: Final = "キム ソヨン"
KIM_TOLD: Final = "保護者（桜小・柏中に子ども）/ guardian"
