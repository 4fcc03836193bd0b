"""Addresses of the staff's pages: the roster's side and the messages' side."""

from django.urls import include, path

app_name = "console"
urlpatterns = [
    path("", include("otayori.console.urls_roster")),
    path("", include("otayori.console.urls_messages")),
]
