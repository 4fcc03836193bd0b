"""What a status, a notice, a count and a child look like: the icon, the tone and the word, one table each."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

# Status: icon, tone (a CSS class), and the word where the page gives none.
STATUSES: dict[str, tuple[str, str, Any]] = {
    "draft": ("pencil", "plain", _("下書き")),
    "approval": ("clock", "warn", _("承認待ち")),
    "scheduled": ("calendar", "plain", _("予約")),
    "queued": ("clock", "plain", _("待機中")),
    "sending": ("send", "busy", _("送信中")),
    "sent": ("check", "good", _("送信済み")),
    "delivered": ("check-circle", "good", _("届きました")),
    "failed": ("cross-circle", "bad", _("届いていません")),
    "stopped": ("stop", "warn", _("停止しました")),
    "cancelled": ("stop", "plain", _("取り消しました")),
    "recalled": ("stop", "plain", _("取り消し済み")),
    "expired": ("clock", "plain", _("期限切れ")),
    "read": ("check-circle", "good", _("既読")),
    "unread": ("dot", "plain", _("未読")),
    "unreachable": ("warning", "warn", _("届かない方")),
    "registered": ("check-circle", "good", _("登録済み")),
    "unregistered": ("minus", "plain", _("未登録")),
    "active": ("check-circle", "good", _("有効")),
    "revoked": ("stop", "plain", _("無効")),
    "new": ("plus", "good", _("新しい")),
    "changed": ("pencil", "busy", _("変わる")),
    "gone": ("minus", "warn", _("なくなる")),
    "done": ("check-circle", "good", _("完了")),
    "warning": ("warning", "warn", _("ご注意")),
    "error": ("cross-circle", "bad", _("エラー")),
}

# Notice: icon, and the word a screen reader hears first.
NOTICES: dict[str, tuple[str, Any]] = {
    "info": ("info", _("お知らせ：")),
    "success": ("check-circle", _("完了：")),
    "warning": ("warning", _("ご注意：")),
    "error": ("cross-circle", _("エラー：")),
}

# A file by its kind (messaging's Attachment.Kind): the icon.
FILE_ICONS: dict[str, str] = {"pdf": "file", "image": "picture", "office": "sheet", "text": "text"}

# A child is told apart by shape as well as colour, so the mark works in grey and for every eye.
CHILD_SHAPES = ("circle", "square", "triangle", "diamond", "hexagon", "drop", "cross", "star")

COUNTS: dict[str, Any] = {
    "person": ngettext_lazy("%(n)s人", "%(n)s人", "number"),
    "student": ngettext_lazy("%(n)s名の児童・生徒", "%(n)s名の児童・生徒", "number"),
    "message": ngettext_lazy("%(n)s件", "%(n)s件", "number"),
    "file": ngettext_lazy("ファイル %(n)s個", "ファイル %(n)s個", "number"),
    "school": ngettext_lazy("%(n)s校・園", "%(n)s校・園", "number"),
    "classroom": ngettext_lazy("%(n)s学級", "%(n)s学級", "number"),
    "sheet": ngettext_lazy("%(n)s枚", "%(n)s枚", "number"),
    "group": ngettext_lazy("%(n)s個", "%(n)s個", "number"),
    "row": ngettext_lazy("%(n)s行", "%(n)s行", "number"),
    "character": ngettext_lazy("%(n)s文字", "%(n)s文字", "number"),
}
