"""取り込み: upload a roster file, look at what it would change, apply or discard it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otayori.accounts.access import Access, access_of, manager_only, staff
from otayori.console.forms_roster import RosterFileForm
from otayori.console.place import address, school_in_view
from otayori.console.roster_plan import describe_plan
from otayori.roster.imports.apply import CannotApply, apply
from otayori.roster.imports.preview import discard, preview, show, upload_limit
from otayori.roster.models import RosterImport


@staff
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file; a sound one leads to its preview, another is answered line by line."""
    access, school = access_of(request), school_in_view(request)
    manager_only(access, school.id if school else None)
    is_sent = request.method == "POST"
    form = RosterFileForm(request.POST, request.FILES) if is_sent else RosterFileForm()
    context: dict[str, Any] = {"nav_current": "roster", "school": school, "form": form}
    context["back_url"] = address("console:roster", school)
    if is_sent and form.is_valid():
        file = form.cleaned_data["file"]
        comparison, kept = preview(file.read(upload_limit()), file.name, school=school, by=access.user)
        if kept is not None:
            return redirect("console:import_preview", kept.id)
        context |= {"comparison": comparison, "file_name": file.name}
    return render(request, "console/import_upload.html", context)


@staff
@require_safe
def review(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Show what the file would change, in words and tables."""
    kept = open_import(access_of(request), import_id)
    if kept.state != RosterImport.State.PREVIEWED:
        return render(request, "console/import_settled.html", {"nav_current": "roster", "kept": kept})
    comparison = show(kept)
    context = {"nav_current": "roster", "kept": kept, "school": kept.school, "comparison": comparison}
    if comparison.plan is not None:
        context["plan"] = describe_plan(comparison.plan, kept.school)
    return render(request, "console/import_preview.html", context)


@staff
@require_POST
def carry_out(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Apply what was shown."""
    kept = open_import(access_of(request), import_id)
    try:
        plan = apply(kept, by=access_of(request).user, allow_many_gone="confirmed" in request.POST)
    except CannotApply as reason:
        messages.error(request, str(reason))
        return redirect("console:import_preview", kept.id)
    words = _(
        "名簿に反映しました。新しく入った人 %(new)d人、変わった人 %(changed)d人、いなくなった人 %(gone)d人。"
    )
    numbers = {"new": len(plan.new), "changed": len(plan.changed), "gone": len(plan.gone)}
    messages.success(request, words % numbers)
    return redirect(address("console:roster", kept.school))


@staff
@require_POST
def throw_away(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Forget the file; the roster stays as it is."""
    kept = open_import(access_of(request), import_id)
    discard(kept, by=access_of(request).user)
    messages.info(request, _("取り込みをやめました。名簿は変わっていません。"))
    return redirect(address("console:roster", kept.school))


def open_import(access: Access, import_id: UUID) -> RosterImport:
    """Return an import of a school this person decides for (or of the ward, for the board), else 404."""
    kept = RosterImport.objects.select_related("school").filter(id=import_id).first()
    if kept is None:
        raise Http404
    manager_only(access, kept.school_id)
    return kept
