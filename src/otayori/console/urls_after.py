"""Addresses of the pages about what comes after sending: reminding, recalling, correcting."""

from django.urls import path

from otayori.console import correct, exposure, late_joiners, recall, remind

urlpatterns = [
    path("messages/<uuid:message_id>/remind", remind.remind, name="remind"),
    path("messages/<uuid:message_id>/recall", recall.recall, name="recall"),
    path("messages/<uuid:message_id>/correct", correct.correct, name="correct"),
    path("messages/<uuid:message_id>/late", late_joiners.late_joiners, name="late_joiners"),
    path("messages/<uuid:message_id>/exposure", exposure.exposure, name="exposure"),
    path("messages/<uuid:message_id>/exposure.csv", exposure.exposure_csv, name="exposure_csv"),
]
