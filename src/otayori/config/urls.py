"""Every address of the product."""

from django.urls import include, path

from otayori.config import pages
from otayori.console.styleguide import styleguide
from otayori.family import language, start

handler404 = "otayori.config.pages.not_found"
handler403 = "otayori.config.pages.forbidden"
handler500 = "otayori.config.pages.server_error"

urlpatterns = [
    path("start", start.start, name="start"),
    path("language", language.set_language, name="set_language"),
    path("health", pages.health, name="health"),
    path("styleguide", styleguide, name="styleguide"),
    path("console/", include("otayori.console.urls")),
    path("accounts/", include("otayori.accounts.urls")),
    path("", include("otayori.family.urls")),
]
