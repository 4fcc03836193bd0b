"""Addresses of the pages about approving messages and the rules of sending."""

from django.urls import path

from otayori.console import approval, rules_page, scheduled

urlpatterns = [
    path("messages/<uuid:message_id>/override", approval.override_findings, name="override"),
    path("messages/<uuid:message_id>/ask-approval", approval.ask_approval, name="ask_approval"),
    path("messages/<uuid:message_id>/approve", approval.approve, name="approve"),
    path("messages/<uuid:message_id>/send-back", approval.send_back, name="send_back"),
    path("messages/<uuid:message_id>/withdraw", approval.withdraw, name="withdraw"),
    path("messages/<uuid:message_id>/hasten", scheduled.hasten, name="hasten"),
    path("messages/<uuid:message_id>/undo-part", scheduled.undo_part, name="undo_part"),
    path("settings/rules/board", rules_page.board_rules, name="board_rules"),
    path("settings/rules/<uuid:school_id>", rules_page.sending_rules, name="sending_rules"),
]
