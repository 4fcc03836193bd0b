"""Addresses of the pages about files of a message."""

from django.urls import path

from otayori.console import attachments, attachments_upload

_FILES = "messages/<uuid:message_id>/files/"
_FILE = f"{_FILES}<uuid:attachment_id>/"

urlpatterns = [
    path(_FILES, attachments.attachments, name="attachments"),
    path(f"{_FILES}kept", attachments.kept, name="attachments_kept"),
    path(f"{_FILES}start", attachments_upload.start, name="attachment_start"),
    path(_FILE, attachments.attachment, name="attachment"),
    path(f"{_FILE}append", attachments_upload.append, name="attachment_append"),
    path(f"{_FILE}finish", attachments_upload.finish, name="attachment_finish"),
    path(f"{_FILE}remove", attachments_upload.remove, name="attachment_remove"),
    path(f"{_FILE}pages/<int:number>", attachments.page, name="attachment_page"),
    path(f"{_FILE}download", attachments.download, name="attachment_download"),
]
