"""Steps four and five: the account, and the code that proves its e-mail address."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from otayori.accounts import codes, limit
from otayori.accounts.access import everyone
from otayori.accounts.models import User
from otayori.accounts.reset import WHY_NOT
from otayori.core import mail
from otayori.family.join import finish
from otayori.family.join.enter import WHY, problem_page
from otayori.family.join.forms import AccountForm, CodeForm
from otayori.family.join.progress import Progress, at_step
from otayori.roster import joining
from otayori.roster.joining import NewAccount, Refused
from otayori.roster.models import Relation

PURPOSE = "join"


@everyone(WHY)
@sensitive_post_parameters("password")
@at_step("account")
def account(request: HttpRequest, progress: Progress) -> HttpResponse:
    """Ask for address, name, 続柄 and password. Whether the address has an account is not told here."""
    if request.user.is_authenticated:
        return redirect("family:join_resume")
    kept = progress.read_account()
    initial = {"email": kept[0].email, "name": kept[0].name, "relation": kept[1]} if kept else None
    form = AccountForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        new = NewAccount(
            email=typed["email"],
            name=typed["name"].strip(),
            password_hash=joining.hash_password(typed["password"]),
            language=get_language() or "ja",
        )
        progress.write_account(new, Relation(typed["relation"]))
        progress.keep(request)
        send_code(request, new.email)
        return redirect("family:join_code")
    page = {"form": form, "step": 3, "contact": progress.contact()}
    return render(request, "family/join/account.html", page)


@everyone(WHY)
@at_step("code")
def code(request: HttpRequest, progress: Progress) -> HttpResponse:
    """Take the code; a right one opens the account and joins."""
    email = _address(request, progress)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome = codes.check(request.session, PURPOSE, email, form.cleaned_data["code"])
        if outcome is codes.Checked.RIGHT:
            return _proven(request, progress)
        form.add_error("code", WHY_NOT[outcome])
    page = {"form": form, "email": email, "step": 4, "can_change": not request.user.is_authenticated}
    page |= {"sender": mail.sender_address(), "contact": progress.contact()}
    return render(request, "family/join/code.html", page)


@everyone(WHY)
@require_POST
@at_step("code")
def send_again(request: HttpRequest, progress: Progress) -> HttpResponse:
    """Mail another code."""
    if send_code(request, _address(request, progress)):
        messages.success(request, _("コードをもう一度送りました。新しいほうのコードを入力してください。"))
    return redirect("family:join_code")


@everyone(WHY)
def known(request: HttpRequest) -> HttpResponse:
    """The address has an account: sign in, and joining goes on."""
    return render(request, "family/join/known.html", {"step": 3, "signed_in": request.user.is_authenticated})


def _address(request: HttpRequest, progress: Progress) -> str:
    if isinstance(request.user, User):
        return str(request.user.email)
    kept = progress.read_account()
    return kept[0].email if kept else ""


def send_code(request: HttpRequest, email: str) -> bool:
    """Mail a code; what hinders it is said on the next page. Returns whether one went out."""
    if limit.too_many_codes(request, email):
        messages.error(request, _("コードを何度も送りました。1時間ほど待ってから、もう一度お試しください。"))
        return False
    try:
        if codes.send(request.session, PURPOSE, email):
            return True
        messages.info(request, _("コードは送ったばかりです。30秒ほど待って、もう一度押してください。"))
    except mail.MailNotSent:
        messages.error(
            request,
            _(
                "いま、メールを送れません。入力した内容は残っています。"
                "数分待ってから「コードをもう一度送る」を押してください。"
            ),
        )
    return False


def _proven(request: HttpRequest, progress: Progress) -> HttpResponse:
    sheet = progress.sheet()
    try:
        if sheet is not None:
            return finish.complete(request, progress, sheet)
    except joining.EmailTaken:
        progress.account = ""
        progress.keep(request)
        return redirect("family:join_known")
    except Refused as refused:
        return problem_page(request, refused.trouble, sheet)
    return problem_page(request, "no_sheet")
