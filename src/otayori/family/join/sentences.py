"""What is said when a sheet does not open: what happened, and what to do."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from otayori.roster.joining import Refused, Trouble

TOO_MANY = "too_many"
NO_SHEET = "no_sheet"
NO_COOKIES = "no_cookies"
GONE = "gone"


@dataclass(frozen=True)
class Explanation:
    """A page's heading and text; `ask_school` shows how to reach the school."""

    title: str | Promise
    text: str | Promise
    status: int
    ask_school: bool = True


EXPLANATIONS: dict[str, Explanation] = {
    Trouble.UNKNOWN: Explanation(
        gettext_lazy("登録手順書が見つかりません"),
        gettext_lazy(
            "読み取ったアドレスの登録手順書はありません。QRコードをもう一度読み取るか、"
            "登録手順書に書かれた学校IDとコードを入力してください。"
        ),
        404,
        ask_school=False,
    ),
    Trouble.LOCKED: Explanation(
        gettext_lazy("この登録手順書は使えなくなりました"),
        gettext_lazy(
            "パスワードのまちがいが5回続いたため、安全のために止めました。"
            "学校に「登録手順書の再発行」を頼んでください。"
        ),
        403,
    ),
    Trouble.EXPIRED: Explanation(
        gettext_lazy("登録手順書の期限が切れています"),
        gettext_lazy("学校に「登録手順書の再発行」を頼んでください。新しい手順書で、すぐに登録できます。"),
        410,
    ),
    Trouble.REVOKED: Explanation(
        gettext_lazy("この登録手順書は新しいものに替わりました"),
        gettext_lazy(
            "新しい登録手順書が配られているときは、そちらを使ってください。"
            "お手元にないときは、学校に「登録手順書の再発行」を頼んでください。"
        ),
        410,
    ),
    Trouble.FULL: Explanation(
        gettext_lazy("この登録手順書では、もう登録できません"),
        gettext_lazy(
            "1枚の手順書で登録できるのは4人までです。"
            "ほかの保護者の方が登録するときは、学校に新しい登録手順書を頼んでください。"
        ),
        403,
    ),
    TOO_MANY: Explanation(
        gettext_lazy("しばらくお待ちください"),
        gettext_lazy(
            "この回線から、まちがいが何度も続きました。10分ほど待ってから、もう一度お試しください。"
        ),
        429,
        ask_school=False,
    ),
    NO_SHEET: Explanation(
        gettext_lazy("もう一度はじめからお願いします"),
        gettext_lazy("登録手順書のQRコードを、もう一度読み取ってください。"),
        200,
        ask_school=False,
    ),
    GONE: Explanation(
        gettext_lazy("この画面の続きは、ここにありません"),
        gettext_lazy(
            "登録がもう終わった方は、ログインしてください。"
            "まだの方は、登録手順書のQRコードをもう一度読み取ってください。"
        ),
        200,
        ask_school=False,
    ),
    NO_COOKIES: Explanation(
        gettext_lazy("このブラウザーでは続けられません"),
        gettext_lazy(
            "ブラウザーの「Cookie（クッキー）」が止められています。"
            "設定で Cookie を許可するか、別のブラウザーで開いてから、QRコードをもう一度読み取ってください。"
        ),
        200,
        ask_school=False,
    ),
}

# These are said at the field: the guardian tries again.
AT_FIELD = (Trouble.MISTYPED, Trouble.WRONG, Trouble.SLOW)


def password_error(refused: Refused) -> str:
    """Return what stands at the password's field."""
    if refused.trouble is Trouble.SLOW:
        return ngettext(
            "続けて試すことはできません。%(wait)d秒待ってから、もう一度入力してください。",
            "続けて試すことはできません。%(wait)d秒待ってから、もう一度入力してください。",
            refused.wait,
        ) % {"wait": refused.wait}
    if refused.trouble is Trouble.WRONG:
        return ngettext(
            "パスワードが違います。登録手順書を見て、入力し直してください。あと%(left)d回試せます。",
            "パスワードが違います。登録手順書を見て、入力し直してください。あと%(left)d回試せます。",
            refused.tries_left,
        ) % {"left": refused.tries_left}
    return _(
        "文字の写しまちがいがあるようです。登録手順書の「パスワード」の10文字を、もう一度確かめてください。"
        "（回数には数えません）"
    )


def code_error(refused: Refused) -> str:
    """Return what stands at the fields of school ID and code."""
    if refused.trouble is Trouble.MISTYPED:
        return _("コードの写しまちがいがあるようです。登録手順書の8文字を、もう一度確かめてください。")
    return _(
        "この学校IDとコードの登録手順書が見つかりません。"
        "両方を、手順書と見くらべてください。新しい手順書があるときは、そちらを使ってください。"
    )
