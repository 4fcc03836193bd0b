"""Addresses of the pages about finding messages: archive, calendar, copies."""

from django.urls import URLPattern, path

from otayori.console import calendar, copy, messages

urlpatterns: list[URLPattern] = [
    # not "search": the search field of the top bar would put names into addresses
    path("messages/search", messages.search, name="message_search"),
    path("messages/calendar", calendar.calendar, name="calendar"),
    path("messages/<uuid:message_id>/copy", copy.copy_message, name="copy"),
]
