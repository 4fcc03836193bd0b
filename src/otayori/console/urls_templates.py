"""Addresses of the pages about templates, saved audiences and emergencies."""

from django.urls import path

from otayori.console import emergency, templates_pages

urlpatterns = [
    path("emergency", emergency.page, name="emergency"),
    path("emergency/count", emergency.count, name="emergency_count"),
    path("messages/new/template", templates_pages.choose, name="choose_template"),
    path("messages/new/template/<uuid:template_id>", templates_pages.use, name="use_template"),
    path("settings/templates", templates_pages.templates, name="templates"),
    path("settings/templates/new", templates_pages.make, name="template_new"),
    path("settings/templates/parts", templates_pages.parts, name="template_parts"),
    path("settings/templates/starters", templates_pages.starters, name="template_starters"),
    path("settings/templates/<uuid:template_id>", templates_pages.change, name="template"),
    path("settings/templates/<uuid:template_id>/move", templates_pages.move, name="template_move"),
    path("settings/templates/<uuid:template_id>/copy", templates_pages.copy, name="template_copy"),
    path("settings/templates/<uuid:template_id>/retire", templates_pages.retire, name="template_retire"),
]
