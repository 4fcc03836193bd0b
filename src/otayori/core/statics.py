"""The files pages are made of, each under an address that changes when any of them does.

So a device keeps them for a year without asking, and never mixes files of two versions: scripts and styles
name one another relatively, and find those of their own version beside them. There is no collecting step.
"""

import hashlib
import re
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse

FOREVER: Final = "max-age=31536000, public, immutable"
# The service worker knows it too: family/worker/pages.js
VERSIONED: Final = re.compile(re.escape(settings.STATIC_URL) + r"v-(?P<version>[0-9a-f]{12})/")


@cache
def version() -> str:
    """A name that changes when any of the files does; the devices then fetch them anew."""
    digest = hashlib.sha256()
    found = {name: storage for finder in finders.get_finders() for name, storage in finder.list(None)}
    for name, storage in sorted(found.items()):
        with storage.open(name) as file:
            digest.update(f"{name}\n".encode() + file.read())
    return digest.hexdigest()[:12]


class VersionedStatics(StaticFilesStorage):
    """Names files by the version of them all: `/static/v-0123456789ab/otayori/base.css`."""

    def url(self, name: str | None) -> str:
        """The address pages load a file from; of the folder of them all, with an empty name."""
        return super().url(f"v-{version()}/{name or ''}")


class StaticAddresses:
    """Leads them to the files. A page from before an update asks for an older version: it gets today's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = VERSIONED.match(request.path_info)
        if asked is None:
            return self.get_response(request)
        request.path_info = settings.STATIC_URL + request.path_info[asked.end() :]
        response = self.get_response(request)
        if response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
            # A server that is a version behind must not give out its file as that of the next one for a year.
            response["Cache-Control"] = FOREVER if asked["version"] == version() else "no-cache"
        return response
