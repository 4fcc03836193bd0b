"""The templates a ward begins with. The board changes them in the settings as it likes.

Each says what has happened, what the school does, what families do, and (emergencies) when it writes next.
"""

from django.db import transaction

from otayori.delivery.parcel import Urgency
from otayori.messaging import slots
from otayori.messaging.models import Category, MessageTemplate
from otayori.messaging.slots import Slot
from otayori.messaging.starter_emergencies import EMERGENCIES, TOMORROW, slot
from otayori.messaging.templates import Told

_EVENTS = {"行事の変更", "保護者会", "個人面談"}


def starters() -> list[Told]:
    """Return them all, emergencies first, in the order of their buttons."""
    return [*EMERGENCIES, *_USUAL]


@transaction.atomic
def ensure() -> int:
    """Give the board those it has never had by this name; returns how many. What was retired stays so."""
    known = set(MessageTemplate.objects.filter(school=None).values_list("name", flat=True))
    new = [
        MessageTemplate(
            name=told.name,
            title=told.title,
            text=told.text,
            urgency=told.urgency.value,
            category=told.category,
            slots=slots.dump(told.slots),
            position=place,
        )
        for place, told in enumerate(starters())
        if told.name not in known
    ]
    return len(MessageTemplate.objects.bulk_create(new))


def _usual(name: str, title: str, text: str, *filled: Slot) -> Told:
    category = Category.EVENT if name in _EVENTS else Category.SCHOOL_LIFE
    return Told(name, title, text.strip(), Urgency.NORMAL, category, list(filled))


_USUAL = [
    _usual(
        "行事の変更",
        "｛行事｝の変更について",
        """
｛日付｝に予定していた｛行事｝を、｛理由｝のため｛変更｝します。

【新しい予定】｛新しい予定｝
【持ち物】｛持ち物｝

予定を立ててくださっていた方には申し訳ありません。よろしくお願いします。
""",
        slot("行事"),
        slot("日付", label="もとの日", type="date"),
        slot("理由", default="天候"),
        slot("変更", type="choice", options=("延期", "中止", "時間を変更"), default="延期"),
        slot("新しい予定", required=False),
        slot("持ち物", required=False),
    ),
    _usual(
        "持ち物",
        "｛日付｝の持ち物について",
        """
｛日付｝に、｛使う場面｝で使います。次の物を持たせてください。

・｛持ち物｝

家にないものがあるときは、担任に知らせてください。
""",
        slot("日付", label="使う日", **TOMORROW),
        slot("使う場面", label="何で使いますか", default="図工の授業"),
        slot("持ち物"),
    ),
    _usual(
        "保護者会",
        "保護者会のご案内（｛日付｝）",
        """
保護者会を開きます。お忙しいところですが、ご出席をお願いします。

【日時】｛日付｝ ｛時刻｝から（｛長さ｝）
【場所】｛場所｝
【内容】｛内容｝
【持ち物】上履き、名札

欠席されるときは、前の日までに担任へ知らせてください。資料は、後日お子さまに渡します。
""",
        slot("日付", type="date"),
        slot("時刻", type="time", default="14:30"),
        slot("長さ", default="1時間ほど"),
        slot("場所", type="place", default="各教室"),
        slot("内容", default="学級のようす、これからの予定"),
    ),
    _usual(
        "個人面談",
        "個人面談について",
        """
お子さまの学校でのようすをお話しする、個人面談を行います。

【期間】｛始まり｝から｛終わり｝まで
【時間】1人｛分｝分
【場所】｛場所｝

ご都合のよい日時を、｛締め切り｝までに担任へ知らせてください。決まった日時は、あらためてお知らせします。
""",
        slot("始まり", label="始まる日", type="date"),
        slot("終わり", label="終わる日", type="date"),
        slot("分", label="1人の時間（分）", type="number", default="15"),
        slot("場所", type="place", default="各教室"),
        slot("締め切り", type="date"),
    ),
    _usual(
        "集金",
        "｛何の集金｝の集金について",
        """
｛何の集金｝として、次のとおり集めます。

【金額】｛金額｝円
【方法】｛方法｝
【期日】｛期日｝

おつりのないように、ご用意をお願いします。
""",
        slot("何の集金", default="教材費"),
        slot("金額", type="number"),
        slot("方法", default="封筒に入れて、お子さまに持たせてください。"),
        slot("期日", type="date"),
    ),
    _usual(
        "給食なし",
        "｛日付｝は給食がありません",
        """
｛日付｝は、｛理由｝のため給食がありません。

【お願い】｛お願い｝
【下校の時刻】｛時刻｝ごろ
""",
        slot("日付", **TOMORROW),
        slot("理由", default="行事"),
        slot(
            "お願い",
            type="choice",
            options=("お弁当と水筒を持たせてください。", "昼食は、帰ってから家でとってください。"),
            default="お弁当と水筒を持たせてください。",
        ),
        slot("時刻", label="下校の時刻", type="time", default="14:30"),
    ),
]
