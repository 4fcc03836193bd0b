"""Addresses of writing a message: autosave, its audience, saved audiences, previews."""

from django.urls import path

from otayori.console import audience, autosave, preview, saved_audiences

urlpatterns = [
    path("messages/autosave", autosave.autosave, name="autosave"),
    path("messages/audience-count", audience.audience_count, name="audience_count"),
    path("messages/audience-names", audience.audience_names, name="audience_names"),
    path("messages/student-search", audience.student_search, name="student_search"),
    path("messages/leaving-out", audience.leaving_out, name="leaving_out"),
    path("messages/school-targets", audience.school_targets, name="school_targets"),
    path("messages/mail-preview", preview.mail_preview, name="mail_preview"),
    path("messages/<uuid:message_id>/preview", preview.preview, name="preview"),
    path("messages/audiences/", saved_audiences.saved_audiences, name="saved_audiences"),
    path(
        "messages/audiences/<uuid:saved_id>/rename", saved_audiences.rename_audience, name="rename_audience"
    ),
    path(
        "messages/audiences/<uuid:saved_id>/delete", saved_audiences.delete_audience, name="delete_audience"
    ),
]
