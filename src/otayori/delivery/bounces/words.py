"""What mail servers write when they can't deliver, in English and Japanese: one table of patterns. Pure."""

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_GONE = _any(
    r"(?:user|recipient|mailbox|account|address|addressee)s? (?:is |was )?(?:unknown|not found|not exist)",
    r"(?:unknown|no such|invalid|non-?existent|bad) "
    r"(?:local )?(?:user|recipient|mailbox|account|address|e-?mail|person)",
    r"does(?:n't| not) (?:exist|have an? .{0,30}account)|doesn.t exist",
    r"(?:mailbox|account|user) (?:is )?(?:unavailable|disabled|inactive|deleted|closed|no longer)",
    r"wasn't found at|couldn't be found|could not be found|no mailbox here|not listed in|address not found",
    r"(?:ユーザー?|宛先|あて先|送信先|受信者|アドレス|アカウント|メールボックス).{0,20}"
    r"(?:不明|存在しま|存在しな|見つかりま|ありません|ございません|無効|使われてい|使用されてい)",
)
_FULL = _any(
    r"over ?quota|quota (?:exceeded|full)|mailbox (?:is )?full|exceeded .{0,30}(?:quota|storage)",
    r"out of storage",
    r"(?:メールボックス|受信箱|容量|保存).{0,20}(?:いっぱい|一杯|満杯|超え|超過|上限)",
)
_REFUSED = _any(
    r"spam|blocked|policy|blacklist|block list|denylist|not authori[sz]ed|dmarc|rejected by .{0,30}filter",
    r"受信拒否|拒否|規制|迷惑メール|なりすまし",
)
# A line with such a word tells of us or of our text. Taking a live address for a dead one cuts a family
# off, so doubt goes this way (as in channels/email/replies.py).
_ABOUT_US = _any(
    r"spam|block|policy|denied|relay|dmarc|dkim|spf|black|reputation|sender|access|client|auth",
    r"拒否|規制|迷惑|なりすまし|差出人|送信者",
)
_DELAY = _any(
    r"(?:warning|notification) (?:message )?only|do(?:n't| not) need to (?:resend|retry)",
    r"delivery (?:is |has been )?delayed",
    r"will (?:keep|continue) (?:trying|to (?:try|retry|attempt))|not yet been delivered|will be retried",
    r"(?:再送|再試行|配送)を?(?:続け|遅れ|遅延)|遅延してい",
)
_FAILURE = _any(
    r"undeliver|not (?:be )?deliver|could ?n[o']t be delivered|delivery (?:has |status notification.*)?fail",
    r"permanent (?:fatal )?error|giving up|returned mail|failure notice|mail system error|returned to sender",
    r"(?:送信|配信|配送|お届け)(?:が)?(?:でき|失敗|不能)|届きませんでした|返送|戻って|エラーメール",
)


def says_gone(text: str) -> bool:
    """Tell whether some line says plainly that there is no such mailbox, and does not speak of us."""
    return any(_GONE.search(line) and not _ABOUT_US.search(line) for line in text.splitlines())


def says_delay(text: str) -> bool:
    """Tell whether the server goes on trying."""
    return _DELAY.search(text) is not None


def says_failure(text: str) -> bool:
    """Tell whether the mail has come back for good."""
    return _FAILURE.search(text) is not None


def status_in_words(text: str) -> str:
    """Return the enhanced status (RFC 3463) that the words come to, for a report that gives none."""
    if says_gone(text):
        return "5.0.0"
    if _FULL.search(text):
        return "5.2.2"
    return "5.7.0" if _REFUSED.search(text) else "5.0.0"
