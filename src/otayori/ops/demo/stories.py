"""What came of some letters of the demo ward (recalled, corrected), and what waits for somebody. Data."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from otayori.delivery.parcel import Urgency
from otayori.messaging.models import Category
from otayori.ops.demo import cast
from otayori.ops.demo.letters import Letter
from otayori.ops.demo.papers import MEETING


@dataclass(frozen=True)
class Recall:
    """A letter of the past that was taken back; `after` its release."""

    title: str
    by: cast.StaffPart
    after: timedelta
    reason: str


@dataclass(frozen=True)
class Correct:
    """A letter of the past that was given other words."""

    title: str
    by: cast.StaffPart
    after: timedelta
    wrong: str
    right: str
    note: str


@dataclass(frozen=True)
class Remind:
    """A letter of the past of which the unread were told again."""

    title: str
    by: cast.StaffPart
    after: timedelta
    read: float  # share of the unread


RECALL: Final = Recall(
    "4年社会科見学の費用について", cast.SUZUKI, timedelta(minutes=34),
    "4年生の保護者の方へのお知らせを、誤って3年生の保護者の皆さまにお送りしました。"
    "お手元の添付ファイルは、破棄してくださいますようお願いいたします。ご迷惑をおかけし、申し訳ございません。",
)  # fmt: skip

CORRECT: Final = Correct(
    "学校公開のご案内", cast.SUZUKI, timedelta(minutes=95), "受付：午前8時20分から", "受付：午前8時50分から",
    "受付の時刻に誤りがありました。正しくは、午前8時50分からです。",
)  # fmt: skip

REMIND: Final = Remind("社会科見学の持ち物について", cast.SATO, timedelta(hours=3, minutes=5), 0.5)


@dataclass(frozen=True)
class Asked:
    """A letter that waits for an approval since `ago`; with a `comment` it was sent back by somebody."""

    letter: Letter
    ago: timedelta
    note: str = ""
    sent_back_by: cast.StaffPart | None = None
    comment: str = ""


WAITING: Final = (
    Asked(
        Letter(
            cast.SATO, "grade P3", Urgency.NORMAL, Category.EVENT, (0, 0, 0), 0.0,
            "3年 学年懇談会のご案内",
            "3年生の保護者の皆さま\n\n学年懇談会を開きます。お子さまの学校での様子をお伝えします。\n\n"
            "日時：{day7} 午後3時から3時50分まで\n場所：体育館\n\n"
            "当日の流れは、添付のご案内をごらんください。ご都合のつかない方は、連絡帳でお知らせください。",
            files=(MEETING,),
        ),
        timedelta(minutes=50),
        "学年の先生方とは確認ずみです。よろしくお願いします。",
    ),
    Asked(
        Letter(
            cast.KOBAYASHI, "classroom", Urgency.NORMAL, Category.SCHOOL_LIFE, (0, 0, 0), 0.0,
            "三者面談の日程調整について",
            "1年1組の保護者の皆さま\n\n三者面談の日程を調整しています。\n\n"
            "ご希望の時間を書いた用紙を、{day3} までにお子さまを通じて担任へお出しください。"
            "部活動の時間と重なるときは、ご相談ください。",
        ),
        timedelta(minutes=25),
    ),
    Asked(
        Letter(
            cast.TANAKA, "schools 1001 2001", Urgency.IMPORTANT, Category.SAFETY, (0, 0, 0), 0.0,
            "水道工事にともなう通学路の変更について",
            "桜小学校・柏中学校の保護者の皆さま\n\n"
            "{day2} から {day6} まで、緑台通りで水道工事を行います。\n\n"
            "工事の間、歩道の一部が通れません。お子さまは、学校が示す別の道を通って登下校します。\n"
            "交差点には誘導員が立ちます。ご家庭でも、道をお子さまと確かめてください。",
        ),
        timedelta(minutes=80),
        "土木課と時間を確認しました。",
    ),
    Asked(
        Letter(
            cast.SATO, "grade P3", Urgency.NORMAL, Category.SCHOOL_LIFE, (0, 0, 0), 0.0,
            "図工の材料の準備について",
            "3年生の保護者の皆さま\n\n図工で「つくって、つかって、たのしんで」の学習をします。\n\n"
            "空き箱やペットボトルなど、家にある材料を {day6} までに持たせてください。\n材料費を集めます。",
        ),
        timedelta(hours=20),
        sent_back_by=cast.TAKAHASHI,
        comment="材料費の金額と、集める日が書かれていません。書き足してから、もう一度依頼してください。",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Saved:
    """A saved audience: targets as in `Letter.to`, and which of them are left out."""

    by: cast.StaffPart
    name: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    is_shared: bool = True


SAVED: Final = (
    Saved(cast.SUZUKI, "低学年（1・2年）", ("grade P1", "grade P2")),
    Saved(cast.SUZUKI, "高学年（代表委員を除く）", ("grade P5", "grade P6"), ("group 代表委員会",)),
    Saved(cast.SATO, "3年1組", ("classroom",), is_shared=False),
    Saved(cast.TANAKA, "桜小・柏中（通学路の合同点検）", ("schools 1001 2001",)),
)
