"""Confirm: one sentence that says who will get it; and the release of exactly what was shown."""

from typing import Any
from uuid import UUID

from django.conf.locale import LANG_INFO
from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from otayori.accounts.access import Access, access_of, staff
from otayori.accounts.models import User
from otayori.console import findings, sentences
from otayori.console.kinds import by_kind
from otayori.core import clock
from otayori.delivery.parcel import Urgency
from otayori.messaging import confirm as confirming
from otayori.messaging import describe, gate, reached, resolve, rules, send, targets, tell_staff
from otayori.messaging.access import may_change, open_message
from otayori.messaging.compose import audience_of
from otayori.messaging.confirm import Confirmation
from otayori.messaging.dispatch import dispatch
from otayori.messaging.models import Attachment, Message
from otayori.messaging.report_access import sees_every_class
from otayori.messaging.times import mails_the_unread
from otayori.messaging.words import sender_of

CHANGED = gettext_lazy(
    "確認のあいだに内容か宛先が変わりました。まだ送信していません。もう一度確かめてください。"
)


@staff
@require_safe
def confirm(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """What will be sent, to whom, in words."""
    access = access_of(request)
    message = open_message(access, message_id)
    if message.state != Message.State.DRAFT:
        return redirect("console:message", message_id=message.id)
    if not may_change(access, message):
        raise Http404
    confirming.get_ready(message)
    files = gate.files_of(access, message)
    seen = confirming.look(message, files)
    try:
        targets.check(access, message.school, audience_of(message))
    except targets.NotYours:
        return _not_yours(request, message)
    if seen.lacks:
        return redirect(f"{reverse('console:draft', args=[message.id])}?check=1")
    return page(request, access, message, seen=seen, files=files)


def page(
    request: HttpRequest, access: Access, message: Message, *, seen: Confirmation, files: list[Attachment]
) -> HttpResponse:
    """The page of a complete draft, which its door has let through."""
    return render(request, "console/confirm.html", _context(access, message, seen, files))


@staff
@require_POST
def release(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Send or schedule it, if it is still what was confirmed. A second click leads to the same page."""
    access = access_of(request)
    message = open_message(access, message_id)
    if not may_change(access, message):
        raise Http404
    try:
        done = dispatch(access, message.id, request.POST.get("seen", ""))
    except confirming.Changed:
        notices.warning(request, CHANGED)
        return redirect("console:confirm", message_id=message.id)
    except (gate.Barred, rules.NeedsApproval) as refusal:
        return refused(request, message, refusal)
    except send.NotReady:
        return redirect(f"{reverse('console:draft', args=[message.id])}?check=1")
    except targets.NotYours:
        return _not_yours(request, message)
    except Message.DoesNotExist as error:  # thrown away in another window just now
        raise Http404 from error
    if done.state == Message.State.SCHEDULED and done.release_at:
        notices.success(request, _("予約しました。時刻になると、自動で送信します。"))
    return redirect("console:message", message_id=message.id)


def refused(request: HttpRequest, message: Message, refusal: Exception) -> HttpResponse:
    """Say why it does not go out by this person's word, on the page where that can be settled."""
    if isinstance(refusal, gate.Barred):
        decides = access_of(request).manages(message.school_id)
        to_do = findings.to_do(refusal.barriers, decides=decides)
        notices.warning(request, _("まだ送信していません。") + "".join(to_do))
    else:
        notices.warning(request, _("まだ送信していません。この宛先に送るには、承認が必要です。"))
    return back(message)


def back(message: Message) -> HttpResponse:
    """Lead to the page where an unsent message is looked at: confirming, or approving."""
    here = "confirm" if message.state == Message.State.DRAFT else "message"
    return redirect(f"{reverse(f'console:{here}', args=[message.id])}#gate")


def _not_yours(request: HttpRequest, message: Message) -> HttpResponse:
    notices.error(request, _("選べない宛先が入っています。まだ送信していません。宛先を選び直してください。"))
    return redirect("console:draft", message_id=message.id)


def _context(access: Access, message: Message, seen: Confirmation, files: list[Attachment]) -> dict[str, Any]:
    context = whom_context(access, message, seen.reach)
    context |= findings.gate_context(access, message, files, seen.reach)
    barriers = context["barriers"]
    needs_other = rules.needs_approval(access, message)
    asks = needs_other or (barriers.of_findings and not context["may_override"])
    return context | {
        "nav_current": "messages",
        "seen": seen,
        "asks": asks,
        "asks_for_findings": asks and not needs_other,
        "is_barred": barriers.of_files or (bool(barriers) and not asks),
        "deciders": _deciders(access, message) if asks else [],
    }


def _names(access: Access, message: Message, reach: resolve.Reach) -> describe.Names:
    """Return what its targets are called: for the author they were looked up when they were checked."""
    audience, sender = audience_of(message), message.school
    if sender is None:
        return describe.names_of([audience])
    is_checked = message.state == Message.State.DRAFT or not access.manages(sender.id)
    groups = targets.choices(access, sender).groups if is_checked else []
    return describe.names_within(sender, audience, rooms=reach.rooms, groups=groups)


def _deciders(access: Access, message: Message) -> list[User]:
    return tell_staff.deciders(message, but=access.user, people=gate.people_for(access, message))


def whom_context(access: Access, message: Message, reach: resolve.Reach) -> dict[str, Any]:
    """What an unreleased message is, whom it reaches now and how: for confirming, approving and waiting."""
    audience, sender = audience_of(message), message.school
    possible = access.schools if sender is None else [sender]
    schools = [(one, reach.by_school[one.id]) for one in possible if one.id in reach.by_school]
    noun = sentences.children_word({school.kind for school, _n in schools})
    words = _names(access, message, reach).words(audience, sender)
    whom = sentences.whom(message, words, [school for school, _n in schools])
    is_emergency = message.urgency == Urgency.EMERGENCY
    context: dict[str, Any] = {
        "message": message,
        "noun": noun,
        "reach": reach,
        "sender_name": sender_of(message),
        "sentence": sentences.confirm_sentence(whom, reach, noun, message.release_at),
        "missed": sentences.missed_sentence(reach, noun),
        "channels": [(str(channel.label), n) for channel, n in sorted(reach.channels, reverse=True)],
        "languages": [(_language(code), n) for code, n in reach.languages],
        "ways": sentences.ways_sentence(Urgency(message.urgency)),
        "mail_comes_late": not mails_the_unread(message, message.release_at or clock.now()),
        "is_individual": audience.is_individual,
        "is_emergency": is_emergency,
        "undo_seconds": 0 if is_emergency else rules.rules_for(access, sender).undo_seconds,
    }
    if sender is None:
        return context | {"kinds": by_kind(schools)}
    is_missed = reach.unreachable or reach.unregistered
    by_name = is_missed and sees_every_class(access, message)
    unreached, nobody = reached.out_of_reach(audience) if by_name else ([], [])
    return context | {
        "classrooms": [(room, room.students) for room in reach.rooms],
        "words": words,
        "unreached": unreached,
        "nobody": nobody,
    }


def _language(code: str) -> str:
    """日本語, ポルトガル語; a code nobody knows stands for itself."""
    ours = {
        "en": _("英語"),
        "tl": _("フィリピン語"),
        "zh-hans": _("中国語（簡体字）"),
        "zh-hant": _("中国語（繁体字）"),
    }
    if code in ours:
        return ours[code]
    return _(LANG_INFO[code]["name"]) if "name" in LANG_INFO.get(code, {}) else code
