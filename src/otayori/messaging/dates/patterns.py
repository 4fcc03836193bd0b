"""What dates and times look like in Japanese letters, as regular expressions over folded text. Pure."""

import re

_SIGNS = {"～": "~", "〜": "~", "ー": "-", "―": "-", "–": "-", "−": "-", "　": " "}
_FOLD = str.maketrans({chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7E)} | _SIGNS)

# Digits that are no dates: addresses, and telephone numbers (03-1234-5678, 090-1234-5678)
_ELSE = re.compile(
    r"https?://[\x21-\x7e]+|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]+"
    r"|(?<!\d)\(?0\d{1,4}\)?[- ]?\d{1,4}[- ]\d{3,4}(?!\d)",
    re.ASCII,
)

WEEKDAYS = "月火水木金土日"


def fold(text: str) -> str:
    """Return the text with full-width signs as ASCII and with addresses blanked; of the same length."""
    return _ELSE.sub(lambda found: "\0" * len(found[0]), text.translate(_FOLD))


# (土), (土曜日), (第4土曜), (月・祝), (祝・月), 土曜日
BEHIND = re.compile(
    rf"[ ]?\((?:第\d|祝日?[・、,])?(?P<a>[{WEEKDAYS}])(?:曜日?)?(?:[ ・、,/]?(?:祝日?|休日?|振休))?\)"
    rf"|[ ]?(?P<b>[{WEEKDAYS}])曜日?|[ ]?\((?:祝日?|休)\)"
)

# One token of a day; `month` alone sets what 「28日(土)」 means after it.
_YEAR = r"(?:令和 ?(?P<reiwa>\d{1,2}|元)年|R(?P<r>\d{1,2})年|(?P<year>20\d\d)年) ?"
_ISO = r"(?<![\d/.-])(?P<iso>20\d\d[/.-]\d{1,2}[/.-]\d{1,2})(?![\d/]|[.-]\d)"
# 1/2枚, 11/28km: parts of a whole
_PART = r"(?![\dA-Za-z/.%]|[枚人個本杯回名校年倍割点頁]|ページ|程度|以上|以下)"
_SLASH = rf"(?<![\d/.+-])(?P<slash>\d{{1,2}}/\d{{1,2}}){_PART}"
_FULL = rf"(?:{_YEAR})?(?<!\d)(?P<m>\d{{1,2}})月 ?(?P<d>\d{{1,2}})日(?![間目数])"
_ALONE = r"(?<![\d/.,])(?P<alone>\d{1,2})日(?![間目数前後分])"
_MONTH = r"(?<!\d)(?P<month>\d{1,2})月(?!\d)"
_WORD = r"(?P<word>明後日|明日|本日|今日|あさって|あした|あす)"
# 11/28(土)・29(日): the second of a list
_SHORT = rf"(?<=[・、,])(?P<short>\d{{1,2}})(?=\([{WEEKDAYS}][)曜・])"
DAY = re.compile(f"{_ISO}|{_SLASH}|{_FULL}|{_ALONE}|{_SHORT}|{_MONTH}|{_WORD}")

# What makes a day something else than a day of the plan: 4月1日現在, 12月1日号, 4月2日生まれ
NO_DAY = re.compile(r" ?(?:現在|付け?で?|生まれ|生れ|時点|号|以来)")

_HALF = r"(?P<{n}half>午前|午後|AM|PM)? ?"
_CLOCK = (
    r"(?:(?P<{n}h>\d{{1,2}}):(?P<{n}m>[0-5]\d)(?![\d:])"
    r"|(?P<{n}hj>\d{{1,2}})時(?![間限])(?: ?(?P<{n}mj>\d{{1,2}})分(?!間)|(?P<{n}30>半))?"
    r"|(?P<{n}noon>正午))"
)
_TIME = _HALF + _CLOCK
_TO = r" ?(?:-|~|から|より|→)[ \n]?"
# A time stands right behind its day, or on the next line behind a word for it.
_BEGIN = r"(?:時 ?[間刻]|(?:開[始会場]|集合|受付)[時間刻]{0,2})[ :]{0,4}"
_GLUE = rf"[ \t、,はのに]{{0,3}}(?:朝|夕方|夜|必ず|{_BEGIN})?"
_GLUE += rf"|[^\n\d]{{0,20}}\n {{0,4}}[・○●◎■◆*]? ?(?:\d\. ?)?{_BEGIN}"
TIME = re.compile(
    rf"(?:{_GLUE})(?P<time>{_TIME.format(n='a')})(?:{_TO}(?P<end>{_TIME.format(n='b')})(?:まで)?)?"
)

RANGE = re.compile(rf"{_TO}")
# What joins the days of one list: 28日(土)・29日(日)
JOIN = re.compile(r" ?(?:[・、,]|及び|および|と|または|又は) ?")
SHORT = re.compile(rf"(?P<d>\d{{1,2}})(?=\([{WEEKDAYS}][)曜・])")  # 11/28(土)~29(日)

UNTIL = re.compile(r"[ ]?(?:\(?必着|\(?厳守|中?まで|迄|[がはを]?[、 ]?(?:締め?切り?|〆切り?|しめきり|期限))")
DUE = re.compile(r"(?:締め?切り?日?|〆切り?日?|しめきり|期限)(?:\)|】|］|\])?[ ]?(?:[はが:…・]|\n)?[ ]{0,4}$")

# 明日の未来, あすなろ学級, 明日香: words that look like a day. These are days:
_DAY_BEHIND = r"[ 、,]?(?:\(|\d{1,2}[:時月/]|午[前後]|正午|朝|夕|夜)"
SURELY = re.compile(_DAY_BEHIND + r"|[はの][ 、,]?(?:\d{1,2}[:時]|午[前後]|正午|朝|夕|夜)")
LIKELY = re.compile(r"(?:は|から|まで|の(?!未来|社会|日本|世界|担い|子|教育|ため|国|自分|力|命)|[、,]|も)")
