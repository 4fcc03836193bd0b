"""The doors: every view stands behind one, and every school's things are reached through it.

A view is marked by `staff`, `member` or `everyone`; a test walks all addresses and fails where none stands.
What a person has no business with answers 404: whether it exists is nobody's news.
"""

import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from otayori.accounts import sessions
from otayori.accounts.models import Membership, Role, User
from otayori.schools.models import School

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
T = TypeVar("T")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

STAFF_IDLE = 60 * 60 * 2  # seconds without a request after which staff sign in again
STAFF_SEEN = 60  # seconds; how exactly that is measured
_SCHOOL_IN_SESSION = "school"
_SEEN_IN_SESSION = "seen"


@dataclass(frozen=True)
class Access:
    """Who asks, and what they may do where. Made once a request, by a door."""

    user: User
    memberships: tuple[Membership, ...]
    chosen_school_id: str | None = None
    _remembered: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(membership.role for membership in self.memberships)

    @property
    def is_board(self) -> bool:
        """Board officers act for every school of the ward."""
        return Role.BOARD_OFFICER in self.roles

    @property
    def is_ward_wide(self) -> bool:
        """Board officers and auditors see every school."""
        return self.is_board or Role.AUDITOR in self.roles

    @property
    def is_staff(self) -> bool:
        return bool(self.memberships)

    @cached_property
    def schools(self) -> list[School]:
        """The schools this person sees, by their number."""
        if self.is_ward_wide:
            return list(School.objects.all())
        mine = {m.school.id: m.school for m in self.memberships if m.school is not None}
        return sorted(mine.values(), key=lambda school: school.number)

    @cached_property
    def school(self) -> School | None:
        """The school the pages are about: chosen at the top, or the only one. None: the whole ward."""
        for school in self.schools:
            if str(school.id) == self.chosen_school_id:
                return school
        return None if self.is_ward_wide or not self.schools else self.schools[0]

    @property
    def role_label(self) -> str:
        """The highest role in words, for the corner of the page."""
        for role in (Role.BOARD_OFFICER, Role.MANAGER, Role.AUDITOR, Role.TEACHER):
            if role in self.roles:
                return str(role.label)
        return ""

    def manages(self, school_id: UUID | None) -> bool:
        """Tell whether this person decides for the school: its manager, or the board."""
        return self.is_board or any(
            m.school_id == school_id and m.role == Role.MANAGER for m in self.memberships if school_id
        )

    def works_for(self, school_id: UUID | None) -> bool:
        """Tell whether this person is of the school's staff; the board works for every school and itself."""
        return self.is_board or any(m.school_id == school_id for m in self.memberships if school_id)

    def own_classroom_ids(self) -> set[UUID]:
        """The classrooms this person teaches."""
        return {room_id for m in self.memberships for room_id in _room_ids(m)}

    def remember(self, what: Hashable, ask: Callable[[], T]) -> T:
        """Return what `ask` returned the first time: several parts of a page want to know the same."""
        if what not in self._remembered:
            self._remembered[what] = ask()
        found: T = self._remembered[what]
        return found


def access_of(request: HttpRequest) -> Access:
    """Return the access of the request's user; one statement the first time, none after."""
    found: Access | None = getattr(request, "access", None)
    if found is None:
        memberships = _memberships(request.user) if request.user.is_authenticated else ()
        chosen = request.session.get(_SCHOOL_IN_SESSION)
        found = Access(request.user, memberships, chosen)  # type: ignore[arg-type]
        request.access = found  # type: ignore[attr-defined]
    return found


def access_for(user: User) -> Access:
    """Return what somebody may do now who is not here: who confirmed what is released later."""
    return Access(user, _memberships(user))


def _memberships(user: User) -> tuple[Membership, ...]:
    taught = Membership.classrooms.through.objects.filter(membership=OuterRef("pk"))
    mine = Membership.objects.filter(user=user).select_related("school")
    return tuple(mine.annotate(room_ids=ArraySubquery(taught.values("classroom_id"))))


def _room_ids(membership: Membership) -> Iterable[UUID]:
    """Return the ids of its classrooms: `_memberships` has brought them along."""
    brought: list[UUID] | None = getattr(membership, "room_ids", None)
    return [room.id for room in membership.classrooms.all()] if brought is None else brought


def choose_school(request: HttpRequest, school_id: str) -> None:
    """Keep the school that the console's pages are about; an unknown or empty id means the whole ward."""
    known = {str(school.id) for school in access_of(request).schools}
    request.session[_SCHOOL_IN_SESSION] = school_id if school_id in known else None


def open_school(access: Access, school_id: UUID | str) -> School:
    """Return a school this person has business with, else 404."""
    for school in access.schools:
        if str(school.id) == str(school_id):
            return school
    raise Http404


def within(access: Access, rows: QuerySet[M], school: str = "school") -> QuerySet[M]:
    """Narrow rows to the schools this person sees; `school` is the path of the foreign key."""
    if access.is_ward_wide:
        return rows
    return rows.filter(**{f"{school}__in": [s.id for s in access.schools]})


def manager_only(access: Access, school_id: UUID | None) -> None:
    """404 unless this person decides for the school."""
    if not access.manages(school_id):
        raise Http404


def staff(view: View[P]) -> View[P]:
    """Let staff in: signed in, of some school or the board, with a second factor where the ward asks it."""

    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return _sign_in(request)
        access = access_of(request)
        if not access.is_staff:
            raise Http404
        if settings.OTAYORI_STAFF_MFA == "required" and (page := _factor_page(request)):
            return redirect(page)
        if not _stays_signed_in(request):
            back = urlencode({"next": _came_for(request)})
            return redirect(f"{reverse('account_reauthenticate')}?{back}")
        return view(request, *args, **kwargs)

    door.door = "staff"  # type: ignore[attr-defined]
    return door


def _factor_page(request: HttpRequest) -> str:
    """Return where the second factor is set up or given; "" where it was given in this session.

    A guardian's session begins by password alone, also where there is a passkey (accounts/passkeys.py); its
    owner may have become staff since.
    """
    if not is_mfa_enabled(request.user):
        return f"{reverse('mfa_index')}?{urlencode({'needed': 1})}"
    if sessions.gave_second_factor(request):
        return ""
    ways = get_adapter().get_reauthentication_methods(request.user)
    (page, *_others) = [way["url"] for way in ways if way["id"].startswith("mfa_reauthenticate")]
    return f"{page}?{urlencode({'next': _came_for(request)})}"


def _stays_signed_in(request: HttpRequest) -> bool:
    """Tell whether staff were here, or proved who they are, within the last two hours; note it.

    A guardian who is also staff keeps a long session on the phone: it must not open the console months later.
    The note is written once a minute: not every page should write.
    """
    now = int(time.time())
    seen = request.session.get(_SEEN_IN_SESSION, 0)
    if now - max(seen, sessions.proved_at(request)) > STAFF_IDLE:
        return False
    if now - seen >= STAFF_SEEN:
        request.session[_SEEN_IN_SESSION] = now
        request.session.set_expiry(STAFF_IDLE)
    return True


def member(view: View[P]) -> View[P]:
    """Let anybody in who is signed in."""

    @signed_in
    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        access_of(request)
        return view(request, *args, **kwargs)

    door.door = "member"  # type: ignore[attr-defined]
    return door


def signed_in(view: View[P]) -> View[P]:
    """Half a door: who is not signed in is asked to; what the others may do here, nobody has asked yet."""

    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return _sign_in(request)
        return view(request, *args, **kwargs)

    return door


def everyone(why: str) -> Callable[[View[P]], View[P]]:
    """Let everybody in, for the reason given."""

    def mark(view: View[P]) -> View[P]:
        @wraps(view)
        def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            return view(request, *args, **kwargs)

        door.door = f"everyone: {why}"  # type: ignore[attr-defined]
        return door

    return mark


def _sign_in(request: HttpRequest) -> HttpResponse:
    """Ask to sign in; a small request of a script (htmx, fetch) is told so by 401 and the address."""
    address = reverse(settings.LOGIN_URL)
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = (
            f"{address}?{urlencode({'next': request.headers.get('HX-Current-URL', '/')})}"
        )
        return response
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(status=401)
    if request.method == "POST":
        messages.warning(
            request,
            _(
                "時間がたったため、いまの操作はまだ行われていません。ログインしてから、もう一度押してください。"
            ),
        )
    return redirect_to_login(_came_for(request), address)


def _came_for(request: HttpRequest) -> str:
    """Where to go on after signing in: what was asked for; after a button, the page it stood on.

    Many buttons post to an address that is no page: going on there would end in an error.
    """
    if request.method == "GET":
        return request.get_full_path()
    stood_on = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(stood_on, {request.get_host()}, request.is_secure()):
        return request.path
    return urlsplit(stood_on)._replace(scheme="", netloc="", fragment="").geturl()
