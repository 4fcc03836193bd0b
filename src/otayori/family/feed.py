"""The feed itself: what a calendar program reads under the secret address of a guardian."""

import hashlib

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from otayori.accounts.access import everyone
from otayori.messaging.dates import feed as verbs
from otayori.messaging.dates import ics

# The programs of a large provider come from few addresses, with closed feeds among good ones: only what opens
# nothing is counted, and good ones are answered all the same. Nobody guesses 128 bits.
_RATES = {"feed": "60/600s/ip"}


@everyone("calendar programs can't sign in; the secret in the address is the key")
@require_safe
@gzip_page
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Give the calendar; 404 for an address that opens nothing (any more), 429 for too many of these."""
    found = verbs.open_feed(token)
    if found is None:
        usage = ratelimit.consume(request, app="otayori.family", action="feed", config=_RATES, limit_get=True)
        return HttpResponse(status=404 if usage else 429, content_type="text/plain")
    with translation.override(found.guardian.user.language):
        body = verbs.read(found)
    # No Last-Modified: dates vanish when a school blocks a guardian, and no date of ours tells when
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type=ics.MEDIA_TYPE, headers={"ETag": etag})
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=etag, response=response) or response
