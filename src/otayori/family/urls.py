"""Addresses of the guardian app."""

from django.urls import path

from otayori.family import (
    app,
    devices,
    emails,
    file,
    inbox,
    lost,
    message,
    notifications,
    queue,
    settings,
    sign_in,
)
from otayori.family.join import account, carry, child, enter, finish, passkey

app_name = "family"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("m/<uuid:message_id>", message.message, name="message"),
    path("m/<uuid:message_id>/files/<uuid:attachment_id>", file.file, name="file"),
    path(
        "m/<uuid:message_id>/files/<uuid:attachment_id>/pages/<int:number>", file.file_page, name="file_page"
    ),
    path("m/<uuid:message_id>/files/<uuid:attachment_id>/download", file.file_download, name="file_download"),
    path("m-shell", app.message_shell, name="message_shell"),
    path("receipts", message.receipts, name="receipts"),
    path("queue", queue.queue, name="queue"),
    path("token", message.token, name="token"),
    path("offline", app.offline, name="offline"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("sw.js", app.worker, name="worker"),
    path("settings", settings.settings, name="settings"),
    path("settings/notifications", notifications.notifications, name="notifications"),
    path("settings/email", emails.add_email, name="add_email"),
    path("settings/email/code", emails.confirm_email, name="confirm_email"),
    path("settings/devices", devices.devices, name="devices"),
    path("settings/devices/<uuid:endpoint_id>/name", devices.rename, name="rename_device"),
    path("settings/devices/<uuid:endpoint_id>/test", devices.try_device, name="try_device"),
    path("settings/account", sign_in.address, name="account"),
    path("settings/account/code", sign_in.new_code, name="account_code"),
    path("settings/account/proof", sign_in.old_proof, name="account_proof"),
    path("settings/lost", lost.lost, name="lost"),
    path("settings/lost/done", lost.done, name="lost_done"),
    path("settings/endpoints/<uuid:endpoint_id>/remove", settings.remove_endpoint, name="remove_endpoint"),
    path("push/subscribe", notifications.subscribe, name="push_subscribe"),
    path("push/unsubscribe", notifications.unsubscribe, name="push_unsubscribe"),
    path("push/which", devices.which, name="push_which"),
    path("push/test", notifications.try_one, name="push_test"),
    path("join", enter.enter, name="join"),
    path("join/problem", enter.problem, name="join_problem"),
    path("join/over", enter.gone, name="join_gone"),
    path("join/continue", enter.resume, name="join_resume"),
    path("join/password", child.password, name="join_password"),
    path("join/child", child.child, name="join_child"),
    path("join/not-mine", child.not_mine, name="join_not_mine"),
    path("join/account", account.account, name="join_account"),
    path("join/code", account.code, name="join_code"),
    path("join/code/again", account.send_again, name="join_code_again"),
    path("join/known", account.known, name="join_known"),
    path("join/app", finish.app, name="join_app"),
    path("join/passkey", passkey.passkey, name="join_passkey"),
    path("join/done", finish.done, name="join_done"),
    path("join/go/<str:token>", carry.carried, name="join_carried"),
    path("join/<str:token>", enter.scan, name="join_scan"),  # last: the words above are no tokens
]
