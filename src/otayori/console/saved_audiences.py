"""Saved audiences: keep the rule that is ticked, take one over into the page, rename and delete them."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from otayori.accounts.access import Access, access_of, staff
from otayori.console.forms_compose import ComposeForm, ticks_of
from otayori.messaging import saved_audiences as saving
from otayori.messaging import targets
from otayori.messaging.audience import Audience
from otayori.messaging.describe import names_of
from otayori.messaging.models import SavedAudience
from otayori.messaging.senders import senders

Typed = MultiValueDict[str, str]


@staff
@require_safe
def saved_audiences(request: HttpRequest) -> HttpResponse:
    """The saved audiences this person may use, by sender; the own ones can be renamed and deleted."""
    access = access_of(request)
    found = [(sender, list(saving.saved_for(access, sender))) for sender in senders(access)]
    names = names_of(Audience.model_validate(one.audience) for _sender, rows in found for one in rows)
    groups = [
        {
            "sender": sender,
            "rows": [
                {
                    "saved": one,
                    "words": names.words(Audience.model_validate(one.audience), sender),
                    "may_change": saving.may_change(access, one),
                }
                for one in rows
            ],
        }
        for sender, rows in found
        if rows
    ]
    context = {"nav_current": "messages", "groups": groups, "most_name": saving.MOST_NAME}
    return render(request, "console/saved_audiences.html", context)


@staff
@require_POST
def rename_audience(request: HttpRequest, saved_id: UUID) -> HttpResponse:
    """Give a saved audience another name."""
    access = access_of(request)
    saving.rename(access, saving.open_own(access, saved_id), request.POST.get("name", ""))
    notices.success(request, _("名前を変えました。"))
    return redirect("console:saved_audiences")


@staff
def delete_audience(request: HttpRequest, saved_id: UUID) -> HttpResponse:
    """Ask, and delete a saved audience."""
    access = access_of(request)
    saved = saving.open_own(access, saved_id)
    if request.method == "POST":
        saving.remove(access, saved)
        notices.success(request, _("保存した宛先を削除しました。"))
        return redirect("console:saved_audiences")
    return render(
        request,
        "console/ask.html",
        {
            "nav_current": "messages",
            "question": _("保存した宛先「%(name)s」を削除しますか") % {"name": saved.name},
            "detail": _("この宛先で作った下書きと、送ったお知らせは変わりません。"),
            "verb": _("削除する"),
            "back_url": reverse("console:saved_audiences"),
            "back_label": _("保存した宛先に戻る"),
        },
    )


def pressed(access: Access, form: ComposeForm, request: HttpRequest) -> Typed:
    """Do what a button of the compose page says about saved audiences; returns what is typed now."""
    typed: Typed = request.POST.copy()
    form.is_valid()
    if request.POST.get("action") == "keep_audience":
        _keep(access, form, request)
        typed["saved_name"] = ""
    elif saved_id := request.POST.get("saved"):
        saved = _chosen(access, form, saved_id)
        holds, left_out = saving.taken_over(access, saved)
        for name, keys in ticks_of(holds, form.choices).items():
            typed.setlist(name, keys)
        _tell(request, saved.name, left_out)
    return typed


def _chosen(access: Access, form: ComposeForm, saved_id: str) -> SavedAudience:
    for one in saving.saved_for(access, form.choices.school):
        if str(one.id) == saved_id:
            return one
    raise Http404


def _keep(access: Access, form: ComposeForm, request: HttpRequest) -> None:
    name, shared = request.POST.get("saved_name", ""), bool(request.POST.get("saved_shared"))
    if form.audience.is_empty or not name.strip():
        notices.warning(request, _("宛先を選び、名前を入力してから保存してください。"))
        return
    try:
        saving.keep(access, form.choices.school, form.audience, name=name, is_shared=shared)
    except targets.NotYours:
        notices.error(request, _("選べない宛先が入っています。宛先を選び直してください。"))
        return
    notices.success(request, _("宛先を「%(name)s」として保存しました。") % {"name": name.strip()})


def _tell(request: HttpRequest, name: str, left_out: int) -> None:
    if not left_out:
        notices.success(request, _("保存した宛先「%(name)s」を入れました。") % {"name": name})
        return
    words = ngettext(
        "保存した宛先「%(name)s」を入れました。%(n)s件は、なくなったか、選べないため、入っていません。",
        "保存した宛先「%(name)s」を入れました。%(n)s件は、なくなったか、選べないため、入っていません。",
        left_out,
    )
    notices.warning(request, words % {"name": name, "n": left_out})
