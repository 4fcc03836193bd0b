"""Steps one and two: the sheet's password; whose child it is (initials only), and the purpose notice."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from otayori.accounts.access import everyone
from otayori.accounts.models import User
from otayori.family.join import carry, limit
from otayori.family.join.account import send_code
from otayori.family.join.enter import WHY, problem_page
from otayori.family.join.forms import PasswordForm
from otayori.family.join.progress import NOTICE_VERSION, Progress, at_step, is_guardian
from otayori.family.join.sentences import AT_FIELD, NO_SHEET, TOO_MANY, password_error
from otayori.roster import joining
from otayori.roster.joining import Joined, Refused, Trouble
from otayori.roster.models import Guardianship, RegistrationSheet, Relation
from otayori.schools.models import Ward


@everyone(WHY)
@at_step("password")
def password(request: HttpRequest, progress: Progress) -> HttpResponse:
    """Ask for the password printed on the sheet; five tries, slower each time."""
    sheet = progress.sheet()
    if sheet is None:
        return problem_page(request, NO_SHEET)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if limit.too_many_failures(request):
            return problem_page(request, TOO_MANY)
        try:
            joining.check_password(sheet, form.cleaned_data["password"])
        except Refused as refused:
            if refused.trouble in (Trouble.WRONG, Trouble.LOCKED):
                limit.count_failure(request)
            if refused.trouble not in AT_FIELD:
                return problem_page(request, refused.trouble, sheet)
            form.add_error("password", password_error(refused))
        else:
            progress.password_ok = True
            progress.keep(request)
            return redirect(f"family:join_{progress.next_step(request)}")
    page = {"form": form, "step": 1, "carry": carry.address(request, progress)}
    return render(request, "family/join/password.html", page)


@everyone(WHY)
@at_step("child")
def child(request: HttpRequest, progress: Progress) -> HttpResponse:
    """Show the child's initials, school and class, and tell what the data is for before any is asked.

    The notice (個人情報保護法 62条) stands on the page that is confirmed; its version is kept. A guardian
    who is signed in has seen it, and adds the child here.
    """
    sheet = progress.sheet()
    if sheet is None:
        return problem_page(request, NO_SHEET)
    try:
        joining.check_open(sheet)
    except Refused as refused:
        return problem_page(request, refused.trouble, sheet)
    adding = is_guardian(request)
    if request.method == "POST":
        return _confirmed(request, progress, sheet, adding=adding)
    page = {"child": joining.child_on(sheet), "adding": adding, "step": 2, "sheet": progress.sheet_id}
    page |= {"ward": Ward.objects.first(), "version": NOTICE_VERSION, "contact": joining.contact_of(sheet)}
    return render(request, "family/join/child.html", page)


def _confirmed(
    request: HttpRequest, progress: Progress, sheet: RegistrationSheet, *, adding: bool
) -> HttpResponse:
    if (
        request.POST.get("sheet", progress.sheet_id) != progress.sheet_id
    ):  # another was scanned in another tab
        messages.warning(request, _("あとから読み取った登録手順書に替わりました。もう一度確かめてください。"))
        return redirect("family:join_resume")
    if adding:
        return _add(request, progress, sheet)
    progress.confirmed, progress.notice = True, NOTICE_VERSION
    progress.keep(request)
    if isinstance(request.user, User):  # staff who are parents: the account is there, the address unproven
        send_code(request, request.user.email)
    return redirect("family:join_resume")


@everyone(WHY)
def not_mine(request: HttpRequest) -> HttpResponse:
    """The sheet is of another child: nothing is kept, and what to do is said."""
    progress = Progress.of(request)
    sheet = progress.sheet() if progress is not None and progress.password_ok else None
    if progress is not None and request.method == "POST":
        progress.end(request)
    school = sheet.student.school if sheet is not None else None
    return render(request, "family/join/not_mine.html", {"school": school})


def _add(request: HttpRequest, progress: Progress, sheet: RegistrationSheet) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - `is_guardian` has seen it
    earlier = Guardianship.objects.filter(guardian__user=user).order_by("-created_at").first()
    relation = Relation(earlier.relation) if earlier else Relation.OTHER
    try:
        outcome = joining.join(user, sheet, relation=relation, notice_version=NOTICE_VERSION)
    except Refused as refused:
        return problem_page(request, refused.trouble, sheet)
    progress.end(request)
    hint = joining.child_on(sheet)
    names = {"initials": hint.initials, "school": hint.school, "classroom": hint.classroom}
    if outcome is Joined.ALREADY:
        messages.info(
            request, _("%(initials)s さん（%(school)s %(classroom)s）は、もう登録されています。") % names
        )
    else:
        messages.success(request, _("%(initials)s さん（%(school)s %(classroom)s）を追加しました。") % names)
    return redirect("family:join_done")
