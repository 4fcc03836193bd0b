"""Addresses of the pages about groups."""

from django.urls import path

from otayori.console import groups, groups_files, groups_members

urlpatterns = [
    path("roster/groups/", groups.group_list, name="groups"),
    path("roster/groups/new", groups.new, name="group_new"),
    path("roster/groups/<uuid:group_id>/", groups.group, name="group"),
    path("roster/groups/<uuid:group_id>/edit", groups.edit, name="group_edit"),
    path("roster/groups/<uuid:group_id>/staff", groups.staff_of, name="group_staff"),
    path("roster/groups/<uuid:group_id>/retire", groups.retire, name="group_retire"),
    path("roster/groups/<uuid:group_id>/take-up", groups.take_up, name="group_take_up"),
    path("roster/groups/<uuid:group_id>/add", groups_members.add, name="group_add"),
    path("roster/groups/<uuid:group_id>/remove", groups_members.remove, name="group_remove"),
    path("roster/groups/<uuid:group_id>/put-back", groups_members.put_back, name="group_put_back"),
    path("roster/groups/<uuid:group_id>/import", groups_files.import_members, name="group_import"),
    path("roster/groups/<uuid:group_id>/copy", groups_files.copy, name="group_copy"),
]
