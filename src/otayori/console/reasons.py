"""Why a delivery failed, in plain Japanese, and what the school can do about it."""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Lazy = str | Promise


@dataclass(frozen=True)
class Reason:
    """What happened, and what to do."""

    what: Lazy
    do: Lazy


_GONE_MAILBOX = Reason(
    _("メールアドレスが使われていません。"),
    _("新しいアドレスをアプリの設定で登録するよう、電話などで保護者に伝えてください。"),
)
_FULL = Reason(
    _("保護者のメールボックスがいっぱいです。"),
    _("急ぐときは、電話などで伝えてください。空きができれば、次のお知らせから届きます。"),
)
_REFUSED = Reason(
    _("受信する側のメールサーバーに断られました。"),
    _("学校からのメールを受け取れるように迷惑メールの設定を変えるよう、保護者に伝えてください。"),
)
_TOO_BIG = Reason(
    _("メールが大きすぎて、受信する側のメールサーバーに断られました。"),
    _("急ぐときは、電話などで伝えてください。"),
)
_GONE_DEVICE = Reason(
    _("スマートフォンの通知が解除されています（機種変更やアプリの削除など）。"),
    _("アプリを開いて通知をもう一度オンにするよう、保護者に伝えてください。"),
)
_STOPPED_DEVICE = Reason(
    _("スマートフォンで、通知が止められています。"),
    _("アプリの設定の「お知らせは届きますか」を開くよう、保護者に伝えてください。"),
)
_PUSH_REFUSED = Reason(
    _("プッシュ通知のサービスに断られました。"),
    _("ほかの方にも続くときは、システムの担当者に連絡してください。"),
)
_UNREADABLE = Reason(
    _("登録されている宛先を使えません。"),
    _("通知先をアプリの設定で登録し直すよう、保護者に伝えてください。"),
)
_GAVE_UP = Reason(
    _("何度か送りましたが、相手のサーバーにつながりませんでした。"),
    _("急ぐときは、電話などで伝えてください。"),
)
_OTHER = Reason(
    _("相手のサーバーに受け取られませんでした。"),
    _("急ぐときは、電話などで伝えてください。"),
)

_TABLE: list[tuple[str, Reason]] = [
    (r"\b5\.2\.2\b|^552\b|^452\b|\b4\.2\.2\b", _FULL),
    (r"\b5\.1\.\d+|\b5\.2\.1\b|^550$|^551\b|^553\b|\bno mailbox$", _GONE_MAILBOX),
    (r"\b5\.3\.4\b|\b5\.2\.3\b", _TOO_BIG),
    (r"\b[45]\.7\.\d+|^554\b|^550\b", _REFUSED),
    (r"^http (404|410)$|^key changed|^bad p256dh", _GONE_DEVICE),
    (r"^permission$", _STOPPED_DEVICE),
    (r"^gone$", _GONE_DEVICE),
    (r"^http 4", _PUSH_REFUSED),
    (r"^(unreadable|address|unsendable|subscription|endpoint)", _UNREADABLE),
    (
        r"^(connect|tls|auth|refused|timeout|no answer|closed|broken|deadline|lease|bounce 4|4\d\d|http 5)",
        _GAVE_UP,
    ),
]


def reason_of(code: str) -> Reason:
    """Return what a `Delivery.code` means to the staff of a school."""
    return next((reason for pattern, reason in _TABLE if re.search(pattern, code)), _OTHER)
