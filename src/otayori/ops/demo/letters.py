"""What the demo ward has sent lately: who, to whom, when, in which words, and how many have read it. Data."""

from dataclasses import dataclass
from typing import Final

from otayori.delivery.parcel import Urgency
from otayori.messaging.models import Category
from otayori.ops.demo import cast
from otayori.ops.demo.handouts import Handout
from otayori.ops.demo.papers import COSTS, EVENTS, NEWSLETTER, PLAN


@dataclass(frozen=True)
class Letter:
    """A message of the past. `to` is "ward", "school", "schools 1001 2001" (by number), "grade P3",
    "classroom" (the author's), "group NAME" or "student".

    `sent` is days ago (the working day before, at weekends), hour and minute in Tokyo. {day1}, {day5} ... in
    the text are the first, fifth ... working day after.
    """

    author: cast.StaffPart
    to: str
    urgency: Urgency
    category: Category
    sent: tuple[int, int, int]
    read: float  # share of the recipients
    title: str
    text: str
    files: tuple[Handout, ...] = ()
    opened: float = 0.0  # share of those who read it that opened the files


LETTERS: Final = (
    Letter(
        cast.TANAKA, "ward", Urgency.LEAFLET, Category.EVENT, (13, 10, 5), 0.62,
        "区立図書館「おはなし会」のご案内",
        "区立図書館では、子ども向けの「おはなし会」を開きます。\n\n"
        "日時：{day10} 午後3時30分から4時まで\n"
        "場所：みどり区立中央図書館 2階 おはなしの部屋\n"
        "対象：幼児から小学校3年生まで（保護者の方もご一緒にどうぞ）\n"
        "申し込みはいりません。直接会場へお越しください。",
    ),
    Letter(
        cast.ITO, "school", Urgency.IMPORTANT, Category.SCHOOL_LIFE, (11, 16, 10), 0.84,
        "定期考査と三者面談の日程について",
        "保護者の皆さま\n\n定期考査と三者面談を、次のとおり行います。\n\n"
        "定期考査：{day8} と {day9}\n三者面談：{day12} から5日間\n\n"
        "面談のご希望の時間は、後日お配りする用紙でお知らせください。\n部活動は、考査の3日前から休みになります。",
    ),
    Letter(
        cast.SUZUKI, "school", Urgency.NORMAL, Category.SCHOOL_LIFE, (9, 15, 45), 0.79,
        "学校だよりを発行しました",
        "保護者の皆さま\n\n日ごろより本校の教育活動にご協力いただき、ありがとうございます。\n"
        "今月の学校だよりを発行しました。"
        "子どもたちは、休み時間に元気に外で遊び、授業では友だちと考えを伝え合っています。\n\n"
        "避難訓練を {day3} に行います。引き渡しはありません。\n"
        "朝の登校は、8時10分から8時25分までにお願いします。",
    ),
    Letter(
        cast.SATO, "grade P3", Urgency.NORMAL, Category.SCHOOL_LIFE, (7, 16, 20), 0.83,
        "3年学年だよりをお届けします",
        "3年生の保護者の皆さま\n\n今月の学年だよりと、これからの行事予定をお届けします。\n\n"
        "{day4} の社会科見学は、歩いて行きます。歩きやすい靴で登校させてください。\n"
        "くわしくは、添付のファイルをごらんください。",
        files=(NEWSLETTER, EVENTS), opened=0.7,
    ),
    Letter(
        cast.TANAKA, "ward", Urgency.EMERGENCY, Category.SAFETY, (6, 15, 20), 0.95,
        "【不審者情報】登下校の見守りをお願いします",
        "本日午後2時30分ごろ、みどり区緑台2丁目の公園付近で、下校中の児童が見知らぬ男に声をかけられました。"
        "児童にけがはありません。\n\n"
        "男の特徴：40歳くらい、身長170cmくらい、黒い上着、白いマスク\n\n"
        "警察と区が見回りを強めています。\n・外出するときは、一人にならないようお子さまにお話しください。\n"
        "・不審な人を見かけたら、すぐに110番へ知らせてください。",
    ),
    Letter(
        cast.SUZUKI, "school", Urgency.IMPORTANT, Category.SCHOOL_LIFE, (5, 16, 30), 0.88,
        "かぜ・発熱による欠席が増えています",
        "保護者の皆さま\n\n校内で、発熱やせきによる欠席が増えています。\n\n"
        "・朝、お子さまの体温を測ってください。\n・37.5度以上の熱があるときは、登校を控えてください。\n"
        "・手洗いとうがいを、ご家庭でもお願いします。\n\n"
        "学級閉鎖をするときは、このお知らせで連絡します。",
    ),
    Letter(
        cast.SUZUKI, "grade P3", Urgency.NORMAL, Category.SCHOOL_LIFE, (4, 15, 50), 0.8,
        "4年社会科見学の費用について",
        "4年生の保護者の皆さま\n\n社会科見学の費用が決まりました。内訳は、添付の表をごらんください。\n\n"
        "集金額：お一人 1,910円\n集金日：{day6}\n\n集金袋に入れて、お子さまに持たせてください。",
        files=(COSTS,), opened=0.6,
    ),
    Letter(
        cast.SUZUKI, "school", Urgency.NORMAL, Category.EVENT, (3, 15, 30), 0.77,
        "学校公開のご案内",
        "保護者の皆さま\n\n学校公開を行います。ふだんの授業の様子をごらんください。\n\n"
        "日時：{day9} 午前9時から11時30分まで\n受付：午前8時20分から 昇降口\n"
        "持ち物：上履き、下足を入れる袋\n\n"
        "教室の場所は、添付の校内案内図をごらんください。自転車でのご来校は、ご遠慮ください。",
        files=(PLAN,), opened=0.4,
    ),
    Letter(
        cast.KOBAYASHI, "group サッカー部", Urgency.NORMAL, Category.EVENT, (3, 17, 40), 0.9,
        "練習試合のお知らせ",
        "サッカー部の保護者の皆さま\n\n練習試合を行います。\n\n日時：{day5} 午後3時45分から\n"
        "場所：榎中学校 校庭\n"
        "持ち物：ユニフォーム、飲み物、タオル\n\n雨のときは中止です。当日の昼までにお知らせします。",
    ),
    Letter(
        cast.SATO, "classroom", Urgency.NORMAL, Category.EVENT, (2, 16, 5), 0.5,
        "社会科見学の持ち物について",
        "3年1組の保護者の皆さま\n\n{day4} に、社会科見学でスーパーマーケットへ行きます。\n\n"
        "持ち物：探検バッグ、筆記用具、水筒、ハンカチ\n服装：歩きやすい靴、赤白帽子\n\n給食はあります。9時に学校を出て、11時30分ごろ戻ります。",
    ),
    Letter(
        cast.SATO, "student", Urgency.NORMAL, Category.OTHER, (1, 16, 20), 1.0,
        "水筒をお預かりしています",
        "教室に水筒の忘れ物がありました。学校でお預かりしています。明日、お子さまにお渡しします。",
    ),
    Letter(
        cast.SUZUKI, "school", Urgency.NORMAL, Category.SCHOOL_LIFE, (1, 16, 50), 0.6,
        "個人面談の日程について",
        "保護者の皆さま\n\n個人面談を、{day8} から {day12} まで行います。\n\n"
        "時間は、お一人15分です。ご都合の悪い日がある方は、{day3} までに連絡帳で担任へお知らせください。\n"
        "きょうだいがいる方は、続けてお話しできるように調整します。",
    ),
)  # fmt: skip

DRAFT: Final = Letter(
    cast.SATO, "classroom", Urgency.NORMAL, Category.EVENT, (0, 12, 0), 0.0,
    "学級懇談会のお知らせ",
    "3年1組の保護者の皆さま\n\n学級懇談会を行います。ぜひご参加ください。\n\n日時：",
)  # fmt: skip

SCHEDULED: Final = Letter(  # for this afternoon, or that of the next working day
    cast.SUZUKI, "school", Urgency.NORMAL, Category.EVENT, (0, 16, 0), 0.0,
    "避難訓練について",
    "保護者の皆さま\n\n{day1} に、地震を想定した避難訓練を行います。引き渡しはありません。\n\n"
    "ご家庭でも、地震のときにどこで会うかを話し合ってください。",
)  # fmt: skip
