"""Words of private matters. Most stand in letters to everybody too, so each line says when it stops one.

`ALWAYS`: no letter to many families needs it. `WITH_NAMES`: usual in letters, a leak beside a child's name.
`REMINDER`: says to one family what concerns it alone; to many it is a mis-sending (川西市 2020).
To one family, alone, all of them may be said.
"""

import re
from dataclasses import dataclass
from enum import Enum

from otayori.messaging.guard.fold import plain


class When(Enum):
    ALWAYS = "always"
    WITH_NAMES = "with names"
    REMINDER = "reminder"


@dataclass(frozen=True)
class Word:
    """A pattern in NFKC, when it stops a message, and why then."""

    pattern: str
    when: When
    why: str


TABLE = (
    Word(
        r"準?要保護",
        When.ALWAYS,
        "letters of 就学援助 say 「援助を受けられる方」; the term is the office's own",
    ),
    Word(r"被虐待", When.ALWAYS, "letters say 虐待防止; 被虐待 is written of a child"),
    Word(
        r"就学援助費?の?(?:受給|認定|対象|支給)(?:者|世帯|児童|生徒)",
        When.ALWAYS,
        "就学援助 alone: told to everybody each April",
    ),
    Word(
        r"生活保護(?:受給者?|世帯|の?対象)(?:一覧|名簿|児童|生徒|リスト|データ)|(?:受給|認定|未納|滞納|減免)者(?:一覧|名簿|リスト)",
        When.ALWAYS,
        "生活保護 alone: who may ask for 就学援助",
    ),
    Word(
        r"取扱注意|取り扱い注意|部外秘|関係者外秘|校外秘|マル秘|㊙|職員会議資料",
        When.ALWAYS,
        "marked as internal",
    ),
    Word(r"指導要録|個別の教育支援計画|個別の指導計画", When.WITH_NAMES, "explained to all in spring"),
    Word(r"生活保護|就学援助|減免|受給者?|認定結果", When.WITH_NAMES, "letters tell who may ask for help"),
    Word(r"虐待|通告|一時保護", When.WITH_NAMES, "児童虐待防止推進月間; 子ども110番の家で保護"),
    Word(r"通知表|通知票|評定|所見|成績", When.WITH_NAMES, "how to read the report card: told each July"),
    Word(
        r"未納|滞納|督促|未払",
        When.WITH_NAMES,
        "「未納のないようお願いします」 stands in letters on school fees",
    ),
    Word(
        r"診断書|診断名|療育手帳|障害者手帳|発達検査|服薬",
        When.WITH_NAMES,
        "「診断書は不要です」 each winter",
    ),
    Word(r"不登校|家庭環境|離婚|DV", When.WITH_NAMES, "leaflets of advice centres"),
    Word(
        r"未納(?:に|と)なって(?:い|お)|滞納(?:に|と)なって(?:い|お)|滞納されて|未納(?:者|額)|滞納(?:者|額)|"
        r"督促(?:いたし|します|申し上げ|のお知らせ|について)|"
        r"(?:入金|納入|納付|お?支払い?|引き?落とし|振替|ご?提出)(?:の確認)?が?(?:まだ)?(?:確認)?でき(?:て(?:い|おり)ま|ま)せん",
        When.REMINDER,
        "general letters say 「場合は」; these say that it is so",
    ),
)
_COMPILED = [(re.compile(word.pattern), word) for word in TABLE]

# 「渡辺さんの保護者様」: one family is spoken to
_TO_FAMILY = r"(?:さん|さま|様|くん|君|ちゃん)の?(?:保護者|お母|お父|母様|父様|ご家族|ご家庭)"
_NAME_BEFORE = re.compile(rf"([一-鿿々〆]{{1,6}}|[ァ-ヺー]{{2,8}}|[ぁ-ゖー]{{2,6}}){_TO_FAMILY}")
_NOBODY = re.compile(
    r"(?:保護者|皆|各位|児童|生徒|園児|お子|子ども|新入生|卒業生|在校生|該当|対象|希望|参加|地域|会員|先生|本人|学年|年生|年|組|班|部員)$"
)
_HINT = re.compile(
    r"名簿|住所録|連絡網|個票|健康診断票|指導要録|面談記録|家庭環境調査|成績一覧|成績表|徴収一覧|未納|滞納|受給|認定者|要保護|"
    r"(?:通知表|通知票)(?!の|について|に関する)"
)


def private(text: str, *, has_names: bool) -> list[str]:
    """Return words of private matters as written. `has_names`: children are named in the same place."""
    told = {When.ALWAYS, When.REMINDER, *([When.WITH_NAMES] if has_names else [])}
    source = text if "㊙" in text else plain(text)
    found = {
        match[0]: None
        for pattern, word in _COMPILED
        if word.when in told
        for match in pattern.finditer(source)
    }
    return list(found)


def addressed(text: str) -> list[str]:
    """Return words that speak to one family: 「葵さんのお母様」; not 「年長児童の保護者」."""
    found = {match[0]: None for match in _NAME_BEFORE.finditer(plain(text)) if not _NOBODY.search(match[1])}
    return list(found)


def file_name(name: str) -> list[str]:
    """Return what in a file's name says that it is a list of people: all there is to go by in a scan."""
    return [match[0] for match in _HINT.finditer(plain(name))]
