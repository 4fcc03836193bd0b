"""What stands in the way of a message, in words: files to open, what the guard found, who may override it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otayori.accounts.access import Access
from otayori.messaging import gate
from otayori.messaging.guard.check import Findings, Place
from otayori.messaging.guard.finding import Finding, Kind
from otayori.messaging.models import Attachment, Message
from otayori.messaging.override import LEAST_REASON, MOST_REASON
from otayori.messaging.resolve import Reach

FIRST = 6  # snippets shown at once; the others on request


@dataclass(frozen=True)
class Line:
    """One finding: the sentence, and what was found as written."""

    sentence: str
    first: tuple[str, ...]
    rest: tuple[str, ...]


def gate_context(
    access: Access, message: Message, files: Sequence[Attachment], reach: Reach
) -> dict[str, Any]:
    """What the pages of confirming and approving show of the gate, to the person who stands before it."""
    found = gate.barriers(access, message, files=files, reach=reach)
    return {
        "barriers": found,
        "found": [(_place(place), [_line(f) for f in place.findings]) for place in found.findings.places],
        "unreadable": found.findings.unreadable,
        "may_override": access.manages(message.school_id),
        "least_reason": LEAST_REASON,
        "most_reason": MOST_REASON,
        "to_do": to_do(found, decides=access.manages(message.school_id)),
    }


def to_do(found: gate.Barriers, *, decides: bool) -> list[str]:
    """Return what is to be done before the button works, in sentences, for a person who `decides` or not."""
    lines = []
    if found.unready:
        lines.append(_("ファイルの確認が終わるのを待ってください（まもなく終わります）。"))
    if found.refused:
        lines.append(_("添付できないファイルを外してください。"))
    if found.unopened:
        n = len(found.unopened)
        sentence = ngettext(
            "まだ開いていないファイル %(n)s件を開いて、中を確かめてください。",
            "まだ開いていないファイル %(n)s件を開いて、中を確かめてください。",
            n,
        )
        lines.append(sentence % {"n": n})
    if found.of_findings and decides:
        lines.append(_("「送ってよいか確かめること」を読んで、直すか、送ることを認めてください。"))
    elif found.of_findings:
        lines.append(_("「送ってよいか確かめること」を直すか、管理職に承認を依頼してください。"))
    return lines


def told(findings: Findings) -> str:
    """Say in one sentence what was found where it can't be overridden: at the words of a correction."""
    lines = [_line(finding) for place in findings.places for finding in place.findings]
    said = "".join(dict.fromkeys(line.sentence for line in lines))
    return said + _("訂正では送れません。直すか、新しいお知らせとして送ってください。")


def _place(place: Place) -> str:
    return place.attachment.name if place.attachment else _("題名・本文")


def _line(finding: Finding) -> Line:
    sentence = _sentence(finding.kind, finding.count)
    return Line(sentence, finding.snippets[:FIRST], finding.snippets[FIRST:])


def _sentence(kind: Kind, count: int) -> str:
    sentences = {
        Kind.SEVERAL_NAMES: _("子ども%(n)s人の氏名があります。"),
        Kind.ONE_NAME: _("子どもの氏名があります。その子の家庭のほかにも届きます。"),
        Kind.ADDRESSED: _("1つの家庭にあてた書き方です。ほかの家庭にも届きます。"),
        Kind.NAME_LIST: _("氏名の一覧のようなものがあります（%(n)s人）。いまの名簿にない人です。"),
        Kind.PHONES: _("学校のものでない電話番号があります（%(n)s件）。"),
        Kind.ADDRESSES: _("住所があります（%(n)s件）。"),
        Kind.EMAILS: _("個人のメールアドレスがあります（%(n)s件）。"),
        Kind.BIRTH_DATES: _("生年月日があります（%(n)s件）。"),
        Kind.TABLE: _("個人ごとの情報の表があります。"),
        Kind.PRIVATE_WORDS: _("家庭の事情や成績などに関わる言葉があります。"),
        Kind.FILE_NAME: _("ファイルの名前が、名簿か個人の記録のようです。"),
    }
    return sentences[kind] % {"n": f"{count:,}"}
