"""Addresses of the pages about the roster, registering, and settings."""

from django.urls import path

from otayori.console import members, place, registration, roster, roster_import, settings_pages, students

urlpatterns = [
    path("school", place.choose_school, name="choose_school"),
    path("roster/", roster.roster, name="roster"),
    path("roster/import", roster_import.upload, name="import"),
    path("roster/import/<uuid:import_id>", roster_import.review, name="import_preview"),
    path("roster/import/<uuid:import_id>/apply", roster_import.carry_out, name="import_apply"),
    path("roster/import/<uuid:import_id>/discard", roster_import.throw_away, name="import_discard"),
    path("roster/students/<uuid:student_id>", students.student, name="student"),
    path("roster/students/<uuid:student_id>/sheets", students.issue_sheet, name="issue_sheet"),
    path(
        "roster/students/<uuid:student_id>/sheets/<uuid:sheet_id>/revoke",
        students.revoke_sheet,
        name="revoke_sheet",
    ),
    path(
        "roster/students/<uuid:student_id>/guardians/<uuid:guardian_id>/block",
        students.block,
        name="block_guardian",
    ),
    path(
        "roster/students/<uuid:student_id>/guardians/<uuid:guardian_id>/unblock",
        students.unblock,
        name="unblock_guardian",
    ),
    path("registration/", registration.registration, name="registration"),
    path("registration/<uuid:classroom_id>", registration.classroom, name="registration_classroom"),
    path("registration/<uuid:classroom_id>/sheets", registration.issue_sheets, name="issue_sheets"),
    path("settings/", settings_pages.settings, name="settings"),
    path("settings/<uuid:school_id>", settings_pages.school_data, name="school_data"),
    path("settings/<uuid:school_id>/members", members.member_list, name="members"),
    path("settings/<uuid:school_id>/members/invite", members.invite, name="member_invite"),
    path("settings/<uuid:school_id>/members/<uuid:user_id>", members.member_page, name="member"),
    path(
        "settings/<uuid:school_id>/members/<uuid:user_id>/invite",
        members.invite_again,
        name="member_invite_again",
    ),
    path("settings/<uuid:school_id>/members/<uuid:user_id>/remove", members.remove, name="member_remove"),
]
