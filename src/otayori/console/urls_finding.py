"""Addresses of the pages about finding messages: archive, calendar, copies."""

from django.urls import URLPattern, path

from otayori.console import copy

urlpatterns: list[URLPattern] = [
    path("messages/<uuid:message_id>/copy", copy.copy_message, name="copy"),
]
