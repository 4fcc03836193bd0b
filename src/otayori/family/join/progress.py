"""How far somebody has come with joining: kept in the session, so that it resumes where it was left."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from otayori.core import crypto
from otayori.roster import joining
from otayori.roster.joining import NewAccount
from otayori.roster.models import Guardian, RegistrationSheet, Relation
from otayori.schools.models import School

NOTICE_VERSION = "2026-11"  # change it with the text of join/notice_text.html
HOURS = 24  # after that the sheet is scanned again

_SLOT = "join"
_JOINED = "joined"
JOINED_FOR = 24 * 60 * 60  # seconds in which going back leads to what is left to do
STEPS = ("password", "child", "account", "code")

P = ParamSpec("P")


@dataclass
class Progress:
    """What has been shown and proven so far."""

    sheet_id: str
    began: float
    password_ok: bool = False
    confirmed: bool = False
    notice: str = ""
    account: str = ""  # sealed: names and addresses do not lie open in the session table

    @classmethod
    def begin(cls, request: HttpRequest, sheet: RegistrationSheet) -> None:
        """Start with a sheet; a repeated scan of the same sheet goes on where it was.

        With a brother's or sister's sheet the typed account comes along: it is not asked for twice.
        """
        going = cls.of(request)
        if going is not None and going.sheet_id == str(sheet.id):
            return
        fresh = cls(sheet_id=str(sheet.id), began=time.time())
        typed = going.read_account() if going is not None else None
        if typed is not None:
            fresh.write_account(*typed)
        fresh.keep(request)

    @classmethod
    def of(cls, request: HttpRequest) -> "Progress | None":
        """Return the joining under way in this session."""
        kept = request.session.get(_SLOT)
        if not kept or time.time() - kept["began"] > HOURS * 3600:
            return None
        return cls(**kept)

    def keep(self, request: HttpRequest) -> None:
        request.session[_SLOT] = asdict(self)

    def end(self, request: HttpRequest) -> None:
        request.session.pop(_SLOT, None)

    def sheet(self) -> RegistrationSheet | None:
        """Return the sheet; None when it was deleted meanwhile."""
        rows = RegistrationSheet.objects.select_related("student__school")
        return rows.filter(id=UUID(self.sheet_id)).first()

    def contact(self) -> School | None:
        """Return the school that can be asked, once the sheet's password has shown whose child it is."""
        sheet = self.sheet() if self.password_ok else None
        return joining.contact_of(sheet) if sheet is not None else None

    def write_account(self, account: NewAccount, relation: Relation) -> None:
        """Remember the account that will be opened once its address is verified."""
        text = json.dumps(asdict(account) | {"relation": relation.value})
        self.account = base64.b64encode(crypto.seal(crypto.WARD, text, self._place())).decode()

    def read_account(self) -> tuple[NewAccount, Relation] | None:
        """Return what `write_account` remembered."""
        if not self.account:
            return None
        fields = json.loads(crypto.unseal(crypto.WARD, base64.b64decode(self.account), self._place()))
        relation = Relation(fields.pop("relation"))
        return NewAccount(**fields), relation

    def _place(self) -> str:
        return f"session.join.{self.sheet_id}"

    def next_step(self, request: HttpRequest) -> str:
        """Return the step that is due: for who is signed in, the account is there already."""
        signed_in = request.user.is_authenticated
        if not self.password_ok:
            return "password"
        if not (self.confirmed and self.notice) or (signed_in and is_guardian(request)):
            return "child"
        return "code" if self.account or signed_in else "account"


def note_joined(request: HttpRequest) -> None:
    """Remember that joining ended here: who goes back then, or scans once more, is led on."""
    request.session[_JOINED] = time.time()


def has_joined(request: HttpRequest) -> bool:
    """Tell whether who is signed in has joined here a moment ago."""
    return request.user.is_authenticated and time.time() - request.session.get(_JOINED, 0) < JOINED_FOR


def is_guardian(request: HttpRequest) -> bool:
    """Tell whether who is signed in has children here already."""
    return request.user.is_authenticated and Guardian.objects.filter(user=request.user).exists()


def _without_progress(request: HttpRequest) -> HttpResponse:
    if request.method != "POST" or has_joined(request):
        return redirect("family:join_app" if has_joined(request) else "family:join")
    # Sent from a page whose session is over: perhaps the answer to the first tap was lost on the way.
    return redirect("family:join_gone")


StepView = Callable[Concatenate[HttpRequest, Progress, P], HttpResponse]


def at_step(name: str) -> Callable[[StepView[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """Let a step's view run once the steps before it are done; else lead to the one that is due."""

    def mark(view: StepView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            progress = Progress.of(request)
            if progress is None:
                return _without_progress(request)
            due = progress.next_step(request)
            if STEPS.index(name) > STEPS.index(due):
                return redirect(f"family:join_{due}")
            return view(request, progress, *args, **kwargs)

        return guarded

    return mark
