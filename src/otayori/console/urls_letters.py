"""Addresses of the pages for families who do not read messages on a phone."""

from django.urls import path

from otayori.console import letters

urlpatterns = [
    path("messages/<uuid:message_id>/letters", letters.letters, name="letters"),
    path("messages/<uuid:message_id>/letters/print", letters.print_out, name="letters_print"),
    path("messages/<uuid:message_id>/letters/told", letters.tell, name="letters_told"),
    path("messages/<uuid:message_id>/letters/untold", letters.untell, name="letters_untold"),
]
