"""Addresses of the pages about finding messages: archive, calendar, copies."""

from django.urls import URLPattern, path

from otayori.console import copy, messages

urlpatterns: list[URLPattern] = [
    # not "search": the search field of the top bar would put names into addresses
    path("messages/search", messages.search, name="message_search"),
    path("messages/<uuid:message_id>/copy", copy.copy_message, name="copy"),
]
