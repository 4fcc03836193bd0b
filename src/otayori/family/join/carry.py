"""Take the place along from an app's own browser (LINE, Instagram ...) into the real one.

The session does not come along: the address does. It opens the same sheet, without the printed token in it,
for as long as it takes to change over; the sheet's password is asked for there as always.
"""

from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from otayori.accounts.access import everyone
from otayori.family.join.enter import WHY, begin, problem_page
from otayori.family.join.progress import Progress
from otayori.family.join.sentences import NO_SHEET
from otayori.roster import joining
from otayori.roster.joining import Refused
from otayori.roster.models import RegistrationSheet

MINUTES = 15
_SALT = "otayori.join.carry"


def address(request: HttpRequest, progress: Progress) -> str:
    """Return the whole address that goes on with this sheet in another browser."""
    signed = signing.dumps(progress.sheet_id, salt=_SALT)
    return request.build_absolute_uri(reverse("family:join_carried", args=[signed]))


@everyone(WHY)
def carried(request: HttpRequest, token: str) -> HttpResponse:
    """Go on with the sheet of a browser that was left a moment ago."""
    try:
        sheet_id = UUID(signing.loads(token, salt=_SALT, max_age=MINUTES * 60))
    except signing.BadSignature:
        return problem_page(request, NO_SHEET)
    sheet = RegistrationSheet.objects.select_related("student__school").filter(id=sheet_id).first()
    if sheet is None:
        return problem_page(request, NO_SHEET)
    try:
        joining.check_open(sheet)
    except Refused as refused:
        return problem_page(request, refused.trouble, sheet)
    return begin(request, sheet)
