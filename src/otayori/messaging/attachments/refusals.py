"""Why a file is not taken, as a word for the row and as a sentence: what happened, and what to do."""

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from otayori.messaging.attachments.limits import MOST_FILES, MOST_MEGABYTES


class Refusal(StrEnum):
    """The word in `Attachment.refusal`; the reader's process (reader/verdict.py) says the same words."""

    TOO_MANY = "too many"
    TOO_BIG = "too big"
    EMPTY = "empty"
    KIND = "kind"
    HEIC = "heic"
    OLD_OFFICE = "old office"
    MISMATCH = "mismatch"
    MALWARE = "malware"
    BROKEN = "broken"
    LOCKED = "locked"
    ACTIVE = "active"
    MACRO = "macro"
    EMBEDDED = "embedded"
    EXTERNAL = "external"
    TOO_LARGE_INSIDE = "too large inside"
    TOO_LARGE_PICTURE = "too large picture"
    ENCODING = "encoding"
    TOO_HEAVY = "too heavy"
    LOST = "lost"


SENTENCES: dict[Refusal, Any] = {
    Refusal.TOO_MANY: _(
        "添付できるファイルは%(files)d個までです。ほかのファイルを外すか、1つのPDFにまとめてください。"
    ),
    Refusal.TOO_BIG: _("%(megabytes)dMBを超えています。ファイルを分けるか、画質を下げて小さくしてください。"),
    Refusal.EMPTY: _("ファイルが空です。中身を確かめて、選び直してください。"),
    Refusal.KIND: _(
        "この種類のファイルは添付できません。PDF、画像、Word・Excel・PowerPoint、テキスト、CSVにしてください。"
    ),
    Refusal.HEIC: _(
        "HEICの写真は、開けない保護者がいるため添付できません。"
        "JPEGに変換してください（iPhoneは「設定」→「カメラ」→「フォーマット」→「互換性優先」）。"
    ),
    Refusal.OLD_OFFICE: _(
        "古い形式のOffice文書か、パスワード付きの文書です。パスワードを外し、新しい形式（docx、xlsx、pptx）かPDFで保存し直してください。"
    ),
    Refusal.MISMATCH: _(
        "ファイル名の末尾（拡張子）と中身が合っていません。元のソフトで開き、保存し直してください。"
    ),
    Refusal.MALWARE: _(
        "ウイルスなどの危険な内容が見つかりました。このファイルは使わず、情報担当に連絡してください。"
    ),
    Refusal.BROKEN: _("ファイルが壊れていて開けません。元のソフトで開けるか確かめ、保存し直してください。"),
    Refusal.LOCKED: _("パスワードや編集・印刷の制限が付いています。保護を外して保存し直してください。"),
    Refusal.ACTIVE: _(
        "開いたときに動く仕組みや、別のファイルが埋め込まれたPDFです。印刷の画面で「PDFに保存」を選び、作り直してください。"
    ),
    Refusal.MACRO: _(
        "マクロが入っています。マクロのない形式（docx、xlsx、pptx）かPDFで保存し直してください。"
    ),
    Refusal.EMBEDDED: _(
        "グラフの元の表など、別のファイルが中に埋め込まれています。見えない名簿が一緒に送られるおそれがあるため、PDFで保存し直してください。"
    ),
    Refusal.EXTERNAL: _(
        "ほかのファイルやデータへのリンクが入っています。リンク先の内容が一緒に送られるおそれがあるため、リンクを外すか、PDFで保存し直してください。"
    ),
    Refusal.TOO_LARGE_INSIDE: _(
        "展開すると大きすぎるファイルです。内容を減らすか、PDFで保存し直してください。"
    ),
    Refusal.TOO_LARGE_PICTURE: _("画像の縦横が大きすぎます。縮小してから選び直してください。"),
    Refusal.ENCODING: _("文字を読み取れません。文字コードをUTF-8かシフトJISにして保存し直してください。"),
    Refusal.TOO_HEAVY: _(
        "複雑すぎて、時間内に確かめられませんでした。ページや図を減らすか、PDFで保存し直してください。"
    ),
    Refusal.LOST: _("ファイルをうまく受け取れませんでした。外してから、もう一度追加してください。"),
}


class Refused(Exception):
    """A file that is not taken, with why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def sentence(word: str) -> str:
    """Return what to tell the sender: what happened, and what to do."""
    return str(SENTENCES[Refusal(word)]) % {"files": MOST_FILES, "megabytes": MOST_MEGABYTES}
