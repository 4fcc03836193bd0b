"""Sentences about whom a message reaches and how it goes: counts always with their unit and noun."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from otayori.core.moments import moment_text
from otayori.delivery.fallback import MAIL_AFTER
from otayori.delivery.hold import CAN_WAIT
from otayori.delivery.parcel import Urgency
from otayori.messaging.compose import audience_of
from otayori.messaging.describe import shortened
from otayori.messaging.models import Message
from otayori.messaging.resolve import Reach
from otayori.schools.models import School, SchoolKind, Ward

MOST_NAMED = 3  # schools: who ticked 柏中 for 柏小 sees it in the sentence


_BY_WISH = _lazy("静かな時間やまとめ受け取りを選んだ方には、その方が決めた時刻に送ります。")


def children_word(kinds: Iterable[str]) -> str:
    """Return what the children of these kinds of school are called: 児童, 生徒, 園児."""
    known = set(kinds)
    if known == {SchoolKind.KINDERGARTEN.value}:
        return _("園児")
    if known == {SchoolKind.ELEMENTARY.value}:
        return _("児童")
    if known == {SchoolKind.JUNIOR_HIGH.value}:
        return _("生徒")
    return _("園児・児童・生徒") if SchoolKind.KINDERGARTEN.value in known else _("児童・生徒")


def kinds_of(sender: School | None) -> list[str]:
    """Return the kinds of school a sender writes to."""
    return [sender.kind] if sender else list(SchoolKind.values)


def whom(message: Message, words: list[str], schools: list[School]) -> str:
    """桜小学校, 桜小学校 3年1組, みどり区内 55校・園: who is written to, as the confirm page says it."""
    sender, audience = message.school, audience_of(message)
    if sender is None:
        if any(target.kind not in ("ward", "school") for target in audience.include):
            return shortened(words, most=8)
        most = 1 if any(target.kind == "ward" for target in audience.include) else MOST_NAMED
        if 0 < len(schools) <= most:
            return _("、").join(school.name for school in schools)
        return _("%(ward)s内 %(n)s校・園") % {"ward": _ward_of(message), "n": len(schools)}
    if any(target.kind == "school" for target in audience.include):
        less = {"school": sender.name, "less": "".join(words[1:])}  # the first word is the whole school
        return _("%(school)s（%(less)s）") % less if words[1:] else sender.name
    picked = _("個別に選んだ%(noun)s") % {"noun": children_word([sender.kind])}
    part = picked if audience.is_individual else shortened(words, most=8)
    return _("%(school)s %(part)s") % {"school": sender.name, "part": part}


def _ward_of(message: Message) -> str:
    return getattr(message, "ward_name", None) or Ward.objects.get().name  # its door brings the name along


def confirm_sentence(whom: str, reach: Reach, noun: str, at: datetime | None = None) -> str:
    """桜小学校の保護者 74人（児童 58人）に送信します。 With a time: 11月25日(火) 07:30 に、…"""
    words = {
        "whom": whom,
        "guardians": f"{reach.guardians:,}",
        "noun": noun,
        "students": f"{reach.students:,}",
    }
    if at is None:
        return _("%(whom)sの保護者 %(guardians)s人（%(noun)s %(students)s人）に送信します。") % words
    words["at"] = moment_text(at)
    return _("%(at)s に、%(whom)sの保護者 %(guardians)s人（%(noun)s %(students)s人）に送信します。") % words


def ways_sentence(urgency: Urgency) -> str:
    """Say by which ways a message of this urgency goes, and when the mail follows."""
    after = MAIL_AFTER[urgency]
    if not after:
        return _("プッシュ通知とメールの両方で、すぐに送ります。")
    usual = _(
        "まずプッシュ通知で送り、%(span)sたっても読まれていない方にはメールでも送ります。"
        "プッシュ通知を使っていない方には、すぐにメールで送ります。"
    ) % {"span": span(after)}
    return usual + _BY_WISH if urgency in CAN_WAIT else usual


def span(length: timedelta) -> str:
    """10分, 1時間, 24時間."""
    minutes = round(length.total_seconds() / 60)
    if minutes < 60:
        return _("%(n)s分") % {"n": minutes}
    return ngettext("%(n)s時間", "%(n)s時間", minutes // 60) % {"n": minutes // 60}


def missed_sentence(reach: Reach, noun: str) -> str:
    """届かない方 3人、未登録の児童 2人; "" when everybody is reached."""
    parts = []
    if reach.unreachable:
        parts.append(_("届かない方 %(n)s人") % {"n": f"{reach.unreachable:,}"})
    if reach.unregistered:
        parts.append(_("未登録の%(noun)s %(n)s人") % {"noun": noun, "n": f"{reach.unregistered:,}"})
    return _("、").join(parts)


def time_left(seconds: int | None) -> str:
    """あと約20秒, あと約3分; without a pace: 送信を待っています."""
    if seconds is None:
        return _("送信を待っています")
    if seconds <= 10:
        return _("まもなく終わります")
    if seconds < 60:
        return _("あと約%(n)s秒") % {"n": (seconds + 9) // 10 * 10}
    if seconds < 3600:
        return _("あと約%(n)s分") % {"n": (seconds + 59) // 60}
    return _("あと1時間以上")
