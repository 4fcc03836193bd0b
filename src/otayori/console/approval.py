"""Approval: the page of a message that waits for a second person, and what that person and the asker do."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from otayori.accounts.access import Access, access_of, staff
from otayori.console import confirm, findings
from otayori.messaging import approve as approving
from otayori.messaging import confirm as confirming
from otayori.messaging import gate, override, send, targets, tell_staff
from otayori.messaging.access import may_change, messages_for, open_message
from otayori.messaging.compose import Missing
from otayori.messaging.models import Message

_OF_TIME = {Missing.RELEASE_PAST, Missing.RELEASE_FAR, Missing.DEADLINE_PAST, Missing.DEADLINE_EARLY}


def page(request: HttpRequest, access: Access, message: Message) -> HttpResponse:
    """The page of a message that waits for approval, which its door has let through."""
    files = gate.files_of(access, message)
    seen = confirming.look(message, files)
    approves = approving.may_approve(access, message)
    context: dict[str, Any] = confirm.whom_context(access, message, seen.reach)
    people = gate.people_for(access, message)
    context |= findings.gate_context(access, message, files, seen.reach)
    context |= {
        "nav_current": "messages",
        "seen": seen,
        "approves": approves,
        "may_override": approves and context["may_override"],
        "withdraws": approving.may_withdraw(access, message),
        "is_barred": bool(context["barriers"]) or bool(seen.lacks),
        "lacks": _lacks(seen.lacks),
        "deciders": tell_staff.deciders(message, but=message.asked_by, people=people),
        "steps": message.approval_steps.select_related("by"),
        "most_comment": approving.MOST_COMMENT,
    }
    return render(request, "console/approval.html", context)


@staff
def override_findings(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """A manager lets it go although the guard found something; leads back to the page where it was found."""
    access = access_of(request)
    message = open_message(access, message_id)
    if request.method != "POST":  # the address of a refusal, opened again
        return confirm.back(message)
    try:
        override.override(
            access, message.id, request.POST.get("findings", ""), request.POST.get("reason", "")
        )
    except targets.NotYours as error:
        raise Http404 from error
    except override.NoReason:
        return _ask_reason_again(request, access, message)
    except confirming.Changed:
        notices.warning(request, confirm.CHANGED)
    return confirm.back(message)


def _ask_reason_again(request: HttpRequest, access: Access, message: Message) -> HttpResponse:
    """Show the page again with the reason as typed."""
    least = override.LEAST_REASON
    sentence = ngettext(
        "理由を%(n)s文字以上で書いてください。", "理由を%(n)s文字以上で書いてください。", least
    )
    notices.error(request, sentence % {"n": least})
    if message.state == Message.State.APPROVAL:
        return page(request, access, message)
    files = gate.files_of(access, message)
    seen = confirming.look(message, files)
    if seen.lacks:
        return confirm.back(message)
    return confirm.page(request, access, message, seen=seen, files=files)


@staff
@require_POST
def ask_approval(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Ask for approval of what the confirm page showed."""
    access = access_of(request)
    message = open_message(access, message_id)
    if not may_change(access, message):
        raise Http404
    seen, note = request.POST.get("seen", ""), request.POST.get("note", "")
    try:
        approving.ask(access, message.id, seen, note)
    except confirming.Changed:
        notices.warning(request, confirm.CHANGED)
        return confirm.back(message)
    except gate.Barred as refusal:
        return confirm.refused(request, message, refusal)
    except send.NotReady:
        return redirect(f"{reverse('console:draft', args=[message.id])}?check=1")
    except targets.NotYours:
        return redirect("console:confirm", message_id=message.id)
    notices.success(request, _("承認を依頼しました。承認されるまで送信されません。"))
    return redirect("console:message", message_id=message.id)


@staff
@require_POST
def approve(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Approve and let it go. Who comes second finds it done."""
    access = access_of(request)
    seen = request.POST.get("seen", "")

    def done(message: Message) -> str:
        if approving.approve(access, message.id, seen).release_at:
            notices.success(request, _("承認しました。時刻になると、自動で送信します。"))
        return reverse("console:message", args=[message.id])

    return _decide(request, message_id, done)


@staff
@require_POST
def send_back(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Send it back with a comment."""
    access, comment = access_of(request), request.POST.get("comment", "")

    def done(message: Message) -> str:
        approving.send_back(access, message.id, comment)
        notices.success(request, _("差し戻しました。送信されません。"))
        return reverse("console:messages")

    return _decide(request, message_id, done)


@staff
@require_POST
def withdraw(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Take the own request back; the message is a draft again."""
    access = access_of(request)

    def done(message: Message) -> str:
        approving.withdraw(access, message.id)
        notices.success(request, _("承認の依頼を取り下げました。下書きに戻りました。"))
        return reverse("console:message", args=[message.id])

    return _decide(request, message_id, done)


def _decide(request: HttpRequest, message_id: UUID, deed: Callable[[Message], str]) -> HttpResponse:
    """Do it and go where that leads, or say why it was not done on the message's page."""
    access = access_of(request)
    message = open_message(access, message_id)
    try:
        return redirect(deed(message))
    except targets.NotYours as error:
        raise Http404 from error
    except approving.NotWaiting:
        notices.info(request, _("この依頼は、もう取り下げられたか差し戻されています。"))
    except approving.NoComment:
        notices.error(request, _("差し戻す理由を書いてください。"))
        return redirect(f"{reverse('console:message', args=[message.id])}#send-back")
    except confirming.Changed:
        notices.warning(request, confirm.CHANGED)
    except gate.Barred as refusal:
        return confirm.refused(request, message, refusal)
    except send.NotReady as refusal:
        notices.error(request, _lacks(refusal.lacks))
    is_still_seen = messages_for(access).filter(id=message.id).exists()  # an officer sees no school's draft
    return redirect(reverse("console:message", args=[message.id]) if is_still_seen else "console:home")


def _lacks(lacks: list[Missing]) -> str:
    """Say what keeps a message that waited from being sent now."""
    if not lacks:
        return ""
    if _OF_TIME & set(lacks):
        return _("送信する日時か、届ける期限が過ぎています。差し戻して、日時を直してもらってください。")
    return _("宛先の人がいなくなったなど、そのままでは送れません。差し戻して、直してもらってください。")
