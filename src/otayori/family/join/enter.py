"""The way in: the QR code's address, or school ID and code typed, and why a sheet does not open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from otayori.accounts.access import everyone
from otayori.family.join import limit
from otayori.family.join.forms import SheetForm
from otayori.family.join.progress import Progress, has_joined
from otayori.family.join.sentences import EXPLANATIONS, GONE, NO_COOKIES, NO_SHEET, TOO_MANY, code_error
from otayori.roster import joining
from otayori.roster.joining import Refused, Trouble
from otayori.roster.models import Guardianship, RegistrationSheet

WHY = "a guardian has no account yet: the sheet's secrets are the key"
_PROBLEM = "join problem"


@everyone(WHY)
def enter(request: HttpRequest) -> HttpResponse:
    """Take school ID and code from who can't scan."""
    form = SheetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if limit.too_many_failures(request):
            return problem_page(request, TOO_MANY)
        try:
            sheet = joining.find_by_code(form.cleaned_data["school_number"], form.cleaned_data["code"])
        except Refused as refused:
            if refused.trouble not in (Trouble.UNKNOWN, Trouble.MISTYPED):
                return problem_page(request, refused.trouble, refused.sheet)
            if refused.trouble is Trouble.UNKNOWN:
                limit.count_failure(request)
            form.add_error("code", code_error(refused))
        else:
            return begin(request, sheet)
    return render(request, "family/join/enter.html", {"form": form, "progress": Progress.of(request)})


@everyone(WHY)
def scan(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address at once: it must not stay in the history or go out as a referrer."""
    if limit.too_many_failures(request):
        return problem_page(request, TOO_MANY)
    try:
        sheet = joining.find_by_token(token)
    except Refused as refused:
        if refused.trouble is Trouble.UNKNOWN:
            limit.count_failure(request)
        return problem_page(request, refused.trouble, refused.sheet)
    return begin(request, sheet)


@everyone(WHY)
def resume(request: HttpRequest) -> HttpResponse:
    """Lead to the step that is due; signing in on the way comes back here."""
    progress = Progress.of(request)
    if progress is not None:
        return redirect(f"family:join_{progress.next_step(request)}")
    if request.GET.get("scanned"):  # a moment ago there was one: this browser keeps nothing
        return explain(request, NO_COOKIES)
    return redirect("family:join_app" if has_joined(request) else "family:join")


@everyone(WHY)
def problem(request: HttpRequest) -> HttpResponse:
    """Say why the sheet does not open and what to do."""
    kept = request.session.get(_PROBLEM) or {"trouble": NO_SHEET}
    return explain(request, kept["trouble"], school=kept.get("school", ""), phone=kept.get("phone", ""))


@everyone(WHY)
def gone(request: HttpRequest) -> HttpResponse:
    """Say what to do where the joining that was under way is no longer known."""
    return explain(request, GONE)


def explain(request: HttpRequest, trouble: str, *, school: str = "", phone: str = "") -> HttpResponse:
    """Return the page that explains."""
    explanation = EXPLANATIONS[trouble]
    page = {"explanation": explanation, "school": school, "phone": phone}
    return render(request, "family/join/problem.html", page, status=explanation.status)


def problem_page(request: HttpRequest, trouble: str, sheet: RegistrationSheet | None = None) -> HttpResponse:
    """Lead to the page that explains, where the address holds no secret."""
    school = joining.contact_of(sheet) if sheet is not None else None
    request.session[_PROBLEM] = {
        "trouble": str(trouble),
        "school": school.name if school else "",
        "phone": school.phone if school else "",
    }
    return redirect("family:join_problem")


def begin(request: HttpRequest, sheet: RegistrationSheet) -> HttpResponse:
    """Go to the step of this sheet that is due: for who has just joined with it, to the last."""
    mine = Guardianship.objects.filter(student_id=sheet.student_id, blocked_at=None)
    if has_joined(request) and mine.filter(guardian__user=request.user.pk).exists():
        return redirect("family:join_app")
    Progress.begin(request, sheet)
    return redirect(reverse("family:join_resume", query={"scanned": "1"}))
