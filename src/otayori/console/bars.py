"""The bars of the progress page: each time a message was told, by channel, in numbers and sentences."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from otayori.console import sentences
from otayori.core import clock
from otayori.core.moments import clock_text
from otayori.delivery.models import ChannelName
from otayori.delivery.progress import ChannelProgress, progress_of
from otayori.messaging import follow_up
from otayori.messaging.follow_up import Telling
from otayori.messaging.models import FollowUp, Message
from otayori.messaging.pace import seconds_left


@dataclass(frozen=True)
class ToldOnce:
    """One telling of a message with its channels."""

    telling: Telling
    label: str  # 再通知（58人）; of the first 最初の送信
    channels: list[ChannelProgress]
    bars: list[dict[str, Any]]

    @property
    def at(self) -> datetime:
        return self.telling.batch.released_at

    @property
    def waiting(self) -> int:
        return sum(channel.waiting for channel in self.channels)

    @property
    def failed(self) -> int:
        return sum(channel.failed for channel in self.channels)

    @property
    def later(self) -> int:
        return sum(channel.later for channel in self.channels)

    @property
    def held(self) -> int:
        return sum(channel.held for channel in self.channels)

    @property
    def mails_until(self) -> datetime | None:
        """When mails begin to go to those who have not read the push by then; None: none waits."""
        return max((channel.later_at for channel in self.channels if channel.later_at), default=None)

    @property
    def is_stopped(self) -> bool:
        return self.telling.batch.stopped_at is not None

    @property
    def may_be_stopped(self) -> int:
        """What a stop would hold back; the notice of a recall goes on."""
        if self.is_stopped or self.telling.is_recall:
            return 0
        return sum(channel.open for channel in self.channels)


def tellings(message: Message) -> list[ToldOnce]:
    """Return each telling with its bars, the newest first. Two statements."""
    told = follow_up.tellings(message)
    batches = [one.batch for one in told]
    channels = progress_of([batch.id for batch in batches])
    now = clock.now()
    return [
        ToldOnce(
            telling=one,
            label=label_of(one),
            channels=channels[one.batch.id],
            bars=[_bar(channel, one, now) for channel in channels[one.batch.id]],
        )
        for one in told
    ]


def label_of(telling: Telling) -> str:
    """再通知（58人）, 訂正の通知（412人）; of the first 最初の送信."""
    again = telling.follow_up
    if again is None:
        return _("最初の送信")
    return _("%(what)s（%(n)s人）") % {"what": FollowUp.Kind(again.kind).label, "n": f"{again.guardians:,}"}


def _bar(channel: ChannelProgress, telling: Telling, now: datetime) -> dict[str, Any]:
    return {
        "label": channel.label,
        "done": channel.done,
        "failed": channel.failed,
        "waiting": channel.waiting,
        "stopped": channel.cancelled + channel.expired,
        "left": _left(channel, seconds_left(channel, telling.batch, now)),
        "notes": _notes(channel, is_stopped=telling.batch.stopped_at is not None),
    }


def _left(channel: ChannelProgress, seconds: int | None) -> str:
    if channel.waiting:
        return sentences.time_left(seconds)
    if channel.cancelled or channel.later or channel.held or channel.last_sent_at is None:
        return ""
    return _("%(time)s に終わりました") % {"time": clock_text(channel.last_sent_at)}


def _notes(channel: ChannelProgress, *, is_stopped: bool) -> list[str]:
    """What else became of the channel's deliveries, in sentences."""
    notes = []
    if channel.later_at:
        notes.append(
            _("未読の方には %(time)s からメールでも送ります（%(n)s件）")
            % {"time": clock_text(channel.later_at), "n": f"{channel.later:,}"}
        )
    if channel.held_at:
        notes.append(
            _("静かな時間・まとめ受け取りを選んだ方には %(time)s から送ります（%(n)s件）")
            % {"time": clock_text(channel.held_at), "n": f"{channel.held:,}"}
        )
    if channel.spared:
        sentence = (
            _("読まれたため送らなかったメール %(n)s件")
            if channel.channel == ChannelName.EMAIL
            else _("読まれたため送らなかった通知 %(n)s件")
        )
        notes.append(sentence % {"n": f"{channel.spared:,}"})
    if channel.expired:
        notes.append(_("届ける期限を過ぎたため送らなかった分 %(n)s件") % {"n": f"{channel.expired:,}"})
    if channel.cancelled:
        sentence = (
            _("%(n)s件は送っていません（停止）")
            if is_stopped
            else _("%(n)s件は送っていません（通知先の変更など）")
        )
        notes.append(sentence % {"n": f"{channel.cancelled:,}"})
    return notes
