"""Addresses of the staff's pages, one file a subject."""

from django.urls import include, path

app_name = "console"
urlpatterns = [
    path("", include("otayori.console.urls_roster")),
    path("", include("otayori.console.urls_messages")),
    path("", include("otayori.console.urls_compose")),
    path("", include("otayori.console.urls_attachments")),
    path("", include("otayori.console.urls_approval")),
    path("", include("otayori.console.urls_templates")),
    path("", include("otayori.console.urls_after")),
    path("", include("otayori.console.urls_finding")),
    path("", include("otayori.console.urls_groups")),
    path("", include("otayori.console.urls_letters")),
]
