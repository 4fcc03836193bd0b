"""What somebody was typing when the session ran out: kept, sealed, until the same person signs in again.

The typed form waits in the fresh session that every visitor has (on the server, sealed under the ward's
key). A form that takes part carries `owner_token(user)` in a hidden field `owner`. It is signed, so nobody
can plant a text for somebody else, nor fill the session table without ever having been signed in.
"""

import base64
import json
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

import tink
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from otayori.accounts.models import User
from otayori.core import crypto

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

MOST_BYTES = 64 * 1024
KEPT_FOR = 60 * 60  # seconds to sign in again
TOKEN_AGE = 60 * 60 * 24 * 3  # a form that lay open over a weekend
_IN_SESSION = "interrupted"
_SALT = "otayori.interrupted"


def owner_token(user: User) -> str:
    """Return what the form carries in its field `owner`: whose it is, signed."""
    return signing.dumps(str(user.pk), salt=_SALT)


def keeps_typing(view: View[P]) -> View[P]:
    """Keep the form of a POST that comes signed out, ask to sign in, and come back to the same address.

    Stands above the view's door. The view gets the form from `take_back`.
    """

    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated and keep(request):
            return _sign_in(request)
        return view(request, *args, **kwargs)

    return door


def keep(request: HttpRequest) -> bool:
    """Keep the posted fields in the session; False where there is no owner, or far too much."""
    owner = _owner(request.POST.get("owner", ""))
    fields = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    typed = json.dumps(fields, ensure_ascii=False)
    if owner is None or len(typed.encode()) > MOST_BYTES:
        return False
    sealed = crypto.seal(crypto.WARD, typed, _place(owner))
    request.session[_IN_SESSION] = {
        "owner": owner,
        "path": urlsplit(_page(request)).path,
        "sealed": base64.b64encode(sealed).decode(),
    }
    request.session.set_expiry(KEPT_FOR)
    return True


def take_back(request: HttpRequest) -> QueryDict | None:
    """Return what was typed on this page before signing in again, once. Another person's is dropped."""
    kept = request.session.get(_IN_SESSION)
    if kept is None:
        return None
    if kept["owner"] != str(request.user.pk):
        del request.session[_IN_SESSION]
        return None
    if kept["path"] != request.path:
        return None  # first another page; the text waits for its own
    del request.session[_IN_SESSION]
    try:
        typed = crypto.unseal(crypto.WARD, base64.b64decode(kept["sealed"]), _place(kept["owner"]))
    except (tink.TinkError, crypto.KeyMissing):
        return None
    fields = QueryDict(mutable=True)
    for name, values in json.loads(typed).items():
        fields.setlist(name, values)
    return fields


def _owner(token: str) -> str | None:
    try:
        return str(signing.loads(token, salt=_SALT, max_age=TOKEN_AGE))
    except signing.BadSignature:
        return None


def _place(owner: str) -> str:
    return f"session.{_IN_SESSION}.{owner}"


def _page(request: HttpRequest) -> str:
    """Return the address of the page that was being filled in: a count by htmx posts elsewhere."""
    if request.headers.get("HX-Request"):
        here = urlsplit(request.headers.get("HX-Current-URL", "/"))
        return f"{here.path}?{here.query}" if here.query else here.path
    return request.get_full_path()


def _sign_in(request: HttpRequest) -> HttpResponse:
    page, address = _page(request), resolve_url(settings.LOGIN_URL)
    messages.info(request, _("入力した内容は残っています。ログインすると、続きから入力できます。"))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": f"{address}?{urlencode({'next': page})}"})
    return redirect_to_login(page, address)
