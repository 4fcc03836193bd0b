"""Remarks that the reader puts into the text of a file: what is in it that does not show. Pure.

They are in Japanese, as the files are, and stand in square brackets so that nobody takes them for the text.
"""

HIDDEN_SHEET = "非表示のシート"
HIDDEN_CELLS = "非表示の行や列があるシート"
HIDDEN_SLIDE = "非表示のスライド"
SPEAKER_NOTES = "発表者ノート"
COMMENTS = "コメント"
DELETED = "変更履歴に残っている、消した文字"
BEHIND = "集計表の元のデータ"

# What nobody sees who just opens the file: the staff's page warns of these
OUT_OF_SIGHT = (HIDDEN_SHEET, HIDDEN_CELLS, HIDDEN_SLIDE, SPEAKER_NOTES, COMMENTS, DELETED, BEHIND)


def remark(what: str, name: str = "") -> str:
    """Return a line such as ［非表示のシート：名簿］."""
    return f"［{what}：{name}］" if name else f"［{what}］"


def many_pages(number: int) -> str:
    """Return the line that says how many pages there are, where not all have a picture."""
    return f"［全{number}ページ］"


def out_of_sight(text: str) -> list[str]:
    """Return which things of a file its readers do not see at once, as they stand in the remarks."""
    return [what for what in OUT_OF_SIGHT if f"［{what}］" in text or f"［{what}：" in text]


def pages_in_all(text: str) -> int | None:
    """Return how many pages there are, where `many_pages` says so."""
    if not text.startswith("［全"):
        return None
    digits = text[2 : text.find("ページ］")]
    return int(digits) if digits.isdecimal() else None
