"""Addresses of the pages about messages."""

from django.urls import path

from otayori.console import compose, confirm, home, messages, progress, report, scheduled

urlpatterns = [
    path("", home.home, name="home"),
    path("messages/", messages.messages, name="messages"),
    path("messages/new", compose.compose, name="compose"),
    path("messages/<uuid:message_id>/", progress.message, name="message"),
    path("messages/<uuid:message_id>/edit", compose.draft, name="draft"),
    path("messages/<uuid:message_id>/discard", compose.discard_draft, name="discard"),
    path("messages/<uuid:message_id>/confirm", confirm.confirm, name="confirm"),
    path("messages/<uuid:message_id>/release", confirm.release, name="release"),
    path("messages/<uuid:message_id>/unschedule", scheduled.unschedule, name="unschedule"),
    path("messages/<uuid:message_id>/progress", progress.progress_part, name="progress_part"),
    path("messages/<uuid:message_id>/report", report.report, name="report"),
    path("messages/<uuid:message_id>/stop", progress.stop, name="stop"),
]
