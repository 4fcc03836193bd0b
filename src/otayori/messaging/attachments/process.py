"""Check what has arrived: what it is, whether it harms, what stands in it. Then it is ready, or refused.

A worker leases a file, and holds no transaction and no connection while it is scanned and read. What comes
out is kept under a name of its own until the row says so: of two workers, one settles, the other's is erased.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q

from otayori.core import audit, clock, connections, files
from otayori.core.ids import new_id
from otayori.core.outage import OUTAGES
from otayori.messaging.attachments import content
from otayori.messaging.attachments.clean_up import erase_unnamed
from otayori.messaging.attachments.file_name import extension
from otayori.messaging.attachments.inspection import inspect
from otayori.messaging.attachments.kinds import Type, recognise
from otayori.messaging.attachments.limits import MOST_PICTURES, MOST_TEXT
from otayori.messaging.attachments.reader.verdict import Verdict
from otayori.messaging.attachments.refusals import Refusal
from otayori.messaging.attachments.scanner import Address, ScannerAway, is_harmful
from otayori.messaging.models import Attachment

log = logging.getLogger(__name__)

AT_ONCE = 5  # files a call; then the worker's other chores look whether they are due
LEASE = timedelta(minutes=6)  # longer than scanning and reading may take
SCANNER_AGAIN = timedelta(seconds=10)
TRY_AGAIN = timedelta(minutes=1)  # after a fault of ours
GIVE_UP = timedelta(hours=6)
_AWAY = "attachments-scanner-away"

State = Attachment.State


@dataclass(frozen=True)
class _Finding:
    """What a check came to; `refusal` is "" for a file that is taken."""

    refusal: str
    type: Type | None = None
    verdict: Verdict | None = None


def check_due() -> int:
    """Check up to AT_ONCE files; returns how many were looked at."""
    looked_at = 0
    while looked_at < AT_ONCE and check_next():
        looked_at += 1
    return looked_at


def check_next() -> bool:
    """Check the file that has waited longest; False when none waits, or the scanner does not answer."""
    attachment = _claim()
    if attachment is None:
        return False
    connections.let_go()
    try:
        return _settle(attachment, _check(attachment))
    except ScannerAway as away:
        log.warning("the malware scanner does not answer: %s", away)
        cache.set(_AWAY, True, timeout=SCANNER_AGAIN.seconds * 6)
        _put_off(attachment, SCANNER_AGAIN)
        return False
    except Exception as error:
        if isinstance(error, OUTAGES):
            raise
        # The class alone: what an exception says may hold a text or a name.
        log.error("attachment %s: %s", attachment.id, type(error).__name__)  # noqa: TRY400
        if attachment.created_at < clock.now() - GIVE_UP:
            return _settle(attachment, _Finding(Refusal.LOST))
        _put_off(attachment, TRY_AGAIN)
        return True


def scanner_is_away() -> bool:
    """Tell whether files wait because the malware scanner does not answer."""
    return bool(cache.get(_AWAY))


@transaction.atomic
def _claim() -> Attachment | None:
    now = clock.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    waiting = Attachment.objects.filter(free, state=State.CHECKING).select_related("message").defer("text")
    attachment = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("created_at").first()
    if attachment is not None:
        attachment.leased_until = now + LEASE
        attachment.save(update_fields=["leased_until"])
    return attachment


def _check(attachment: Attachment) -> _Finding:
    try:
        data = content.joined(attachment)
    except files.FileMissing:
        return _Finding(Refusal.LOST)
    connections.let_go()  # the keys may have been looked up
    found = recognise(attachment.name, data)
    if isinstance(found, str):
        return _Finding(found)
    if address := _scanner():
        if is_harmful(address, data):
            log.warning("attachment %s: the scanner found something harmful", attachment.id)
            return _Finding(Refusal.MALWARE)
        cache.delete(_AWAY)
        connections.let_go()
    verdict = inspect(extension(attachment.name), data)
    if verdict.body is None and not verdict.refusal:
        verdict = Verdict(verdict.refusal, verdict.text, verdict.is_readable, verdict.pictures, data)
    return _Finding(verdict.refusal, found, verdict)


def _scanner() -> Address | None:
    address: Address | None = settings.OTAYORI_CLAMD
    return address


def _settle(attachment: Attachment, finding: _Finding) -> bool:
    """Write what was found, unless the lease has gone to somebody else or the file was removed."""
    before, lease = attachment.stored, attachment.leased_until
    if not finding.refusal:
        attachment.stored = new_id()
        _keep(attachment, finding)
    with transaction.atomic():
        erase_unnamed([before, attachment.stored])
        rows = Attachment.objects.select_related("message").defer("text")
        held = rows.select_for_update(of=("self",)).filter(
            id=attachment.id, state=State.CHECKING, leased_until=lease
        ).first()  # fmt: skip
        if held is None:
            return True
        held.leased_until, held.checked_at = None, clock.now()
        if finding.refusal:
            held.state, held.refusal = State.REFUSED, Refusal(finding.refusal)
            _record(held)
            # what is refused is not kept
            transaction.on_commit(partial(content.erase, before))
            held.save(update_fields=["leased_until", "checked_at", "state", "refusal"])
        else:
            _make_ready(held, attachment.stored, finding)
    return True


def _record(held: Attachment) -> None:
    """Somebody sent us something harmful, or was sent it: the school has to look into that."""
    if held.refusal == Refusal.MALWARE:
        audit.record(
            "attachment harmful",
            actor_id=held.added_by_id,
            school_id=held.message.school_id,
            object_id=held.message_id,
            attachment=str(held.id),
        )


def _keep(attachment: Attachment, finding: _Finding) -> None:
    verdict = finding.verdict
    if verdict is None or verdict.body is None:
        raise TypeError("a file that is taken has bytes")
    content.keep_body(attachment, verdict.body)
    for number, picture in enumerate(verdict.pictures[:MOST_PICTURES], start=1):
        content.keep_page(attachment, number, picture)


def _make_ready(held: Attachment, stored: UUID, finding: _Finding) -> None:
    kind, verdict = finding.type, finding.verdict
    if kind is None or verdict is None or verdict.body is None:
        raise TypeError("a file that is taken has a kind and bytes")
    held.state, held.stored = State.READY, stored
    held.kind, held.media_type = kind.kind, kind.media_type
    held.size = held.received = len(verdict.body)
    held.digest = hashlib.sha256(verdict.body).hexdigest()
    held.text = verdict.text.replace("\0", "")[:MOST_TEXT]
    held.is_readable = verdict.is_readable
    held.pages = len(verdict.pictures[:MOST_PICTURES])
    held.save()


def _put_off(attachment: Attachment, by: timedelta) -> None:
    mine = Attachment.objects.filter(
        id=attachment.id, state=State.CHECKING, leased_until=attachment.leased_until
    )
    mine.update(leased_until=clock.now() + by)
