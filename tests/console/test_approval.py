"""Who may not send alone asks; who approves sees the same page and files, and lets it go or sends it back."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import Membership, Role, User
from otayori.core import clock
from otayori.core.models import AuditEntry
from otayori.delivery.models import Batch
from otayori.delivery.parcel import Urgency
from otayori.messaging import confirm, schedule, tell_staff
from otayori.messaging.attachments import opening
from otayori.messaging.audience import Target
from otayori.messaging.models import (
    ApprovalStep,
    Attachment,
    AttachmentOpening,
    Message,
    Override,
    SendingRules,
    StaffNotice,
)
from otayori.schools.models import School
from tests import cast as people
from tests.cast import Cast, staff
from tests.console.message_stories import draft, fields, press_send, seen_on_confirm, whole

pytestmark = pytest.mark.django_db


def set_rules(school: School | None, own_class: str = "free", decider: str = "alone", undo: int = 0) -> None:
    SendingRules.objects.filter(school=school).update(own_class=own_class, decider=decider, undo_seconds=undo)


def attach(message: Message, text: str = "", name: str = "おたより.pdf", **fields: object) -> Attachment:
    """A file as it is when the scanner and the reader are through with it."""
    ready = {"size": 1000, "state": "ready", "digest": "x", "kind": "pdf", "is_readable": True}
    return Attachment.objects.create(
        message=message, name=name, text=text, added_by=message.author, **ready | fields
    )


def open_file(user: User, *files: Attachment) -> None:
    for one in files:
        opening.note(one, user, AttachmentOpening.Way.VIEWED)


def post(client: Client, name: str, message: Message, **fields: object) -> str:
    """Post to a page of the message; returns what the next page says."""
    return client.post(reverse(f"console:{name}", args=[message.id]), fields, follow=True).content.decode()


def page(client: Client, message: Message, name: str = "message") -> str:
    return client.get(reverse(f"console:{name}", args=[message.id])).content.decode()


def ask(client: Client, message: Message, note: str = "") -> str:
    return post(client, "ask_approval", message, seen=seen_on_confirm(client, message), note=note)


def approve(client: Client, message: Message) -> str:
    here = client.get(reverse("console:message", args=[message.id]))
    return post(client, "approve", message, seen=here.context["seen"].fingerprint)


def state(message: Message) -> str:
    return Message.objects.get(id=message.id).state


def class_1(cast: Cast) -> Target:
    return Target(kind="classroom", id=cast.p3_1.id)


@pytest.fixture
def teacher(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.sato)
    return client


@pytest.fixture
def manager(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.suzuki)
    return client


def test_a_class_teacher_asks_is_sent_back_corrects_and_is_approved(
    cast: Cast, teacher: Client, manager: Client
) -> None:
    set_rules(cast.sakura, own_class="approve", undo=60)
    message = draft(cast.sato, cast.sakura, class_1(cast))
    text = page(teacher, message, "confirm")
    assert "承認を依頼する" in text
    assert "鈴木 校長" in text
    assert "3人に送信する" not in text
    assert "承認を依頼しました" in ask(teacher, message, "遠足の件です")
    assert state(message) == "approval"
    edit = teacher.get(reverse("console:draft", args=[message.id]), follow=True).content.decode()
    assert "先に依頼を取り下げてください" in edit
    assert "承認して送信する" not in page(teacher, message)

    text = page(manager, message)
    for said in (
        "承認して送信する",
        "遠足の件です",
        "桜小学校 3年1組の保護者 3人",
        "お弁当をお持ちください。",
    ):
        assert said in text
    assert "差し戻す理由を書いてください" in post(manager, "send_back", message, comment=" ")
    assert "差し戻しました" in post(manager, "send_back", message, comment="集合時刻を書いてください")
    assert state(message) == "draft"

    text = page(teacher, message, "draft")
    assert "差し戻されました" in text
    assert "集合時刻を書いてください" in text
    better = fields(class_1(cast), text="8時に集合します。お弁当をお持ちください。")
    teacher.post(reverse("console:draft", args=[message.id]), better)
    ask(teacher, message)
    assert "差し戻されました" not in page(teacher, message)

    assert "まだ送っていません" in approve(manager, message)
    assert state(message) == "scheduled"
    assert not Batch.objects.exists()
    assert schedule.release_due(clock.now() + timedelta(seconds=61)) == 1
    assert state(message) == "released"
    steps = ApprovalStep.objects.filter(message=message).values_list("did", flat=True)
    assert list(steps) == ["asked", "sent_back", "asked", "approved"]
    kept = Message.objects.get(id=message.id)
    assert (kept.asked_by, kept.approved_by, kept.scheduled_by) == (cast.sato, cast.suzuki, cast.suzuki)


def test_staff_are_told_by_mail_without_a_name_or_title(cast: Cast, teacher: Client, manager: Client) -> None:
    set_rules(cast.sakura, own_class="approve")
    cast.suzuki.language = "en"
    cast.suzuki.save()
    message = draft(cast.sato, cast.sakura, class_1(cast), title="山田 葵さんの件")
    ask(teacher, message)
    now = clock.now()
    assert tell_staff.send_due(now) == 1
    assert tell_staff.send_due(now) == 0
    (sent,) = mail.outbox
    assert sent.to == ["suzuki@school.example"]
    assert f"/console/messages/{message.id}/" in str(sent.body)
    assert "桜小学校" in str(sent.body)
    assert "山田" not in f"{sent.subject}{sent.body}"
    post(manager, "send_back", message, comment="お名前は書かないでください")
    assert tell_staff.send_due(clock.now()) == 1
    assert mail.outbox[1].to == ["sato@school.example"]
    assert "お名前" not in str(mail.outbox[1].body)


def test_a_mail_about_what_was_withdrawn_is_not_sent(cast: Cast, teacher: Client) -> None:
    set_rules(cast.sakura, own_class="approve")
    message = draft(cast.sato, cast.sakura, class_1(cast))
    ask(teacher, message)
    assert "取り下げました" in post(teacher, "withdraw", message)
    assert state(message) == "draft"
    assert tell_staff.send_due(clock.now()) == 0
    assert not mail.outbox


def test_two_workers_send_one_mail(cast: Cast) -> None:
    message = draft(cast.sato, cast.sakura, class_1(cast))
    tell_staff.tell([cast.sato], message, StaffNotice.About.SENT_BACK)
    now = clock.now()
    mine, theirs = StaffNotice.objects.get(), StaffNotice.objects.get()
    assert [tell_staff._claim(mine, now), tell_staff._claim(theirs, now)] == [True, False]
    assert tell_staff.send_due(now) == 0
    assert tell_staff.send_due(now + timedelta(minutes=2)) == 1  # the worker that took it died


def test_mails_are_tried_five_times(cast: Cast, settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # type: ignore[attr-defined]  # nobody listens
    message = draft(cast.sato, cast.sakura, class_1(cast))
    tell_staff.tell([cast.sato], message, StaffNotice.About.SENT_BACK)
    now = clock.now()
    for tries in range(1, 7):
        tell_staff.send_due(now)
        now += timedelta(hours=1)
        notice = StaffNotice.objects.get()
        assert (notice.tries, notice.given_up_at is not None) == (min(tries, 5), tries >= 5)


def test_what_the_approver_has_not_opened_is_not_approved(
    cast: Cast, teacher: Client, manager: Client
) -> None:
    set_rules(cast.sakura, own_class="approve")
    message = draft(cast.sato, cast.sakura, class_1(cast))
    one = attach(message)
    assert "まだ開いていないファイル 1件" in ask(teacher, message)
    assert state(message) == "draft"
    open_file(cast.sato, one)
    ask(teacher, message)
    assert "まだ開いていません" in page(manager, message)
    assert "まだ開いていないファイル 1件" in approve(manager, message)
    assert state(message) == "approval"
    open_file(cast.suzuki, one)
    approve(manager, message)
    assert state(message) == "released"


@pytest.mark.parametrize(
    "unready", [{"state": "checking", "digest": "", "kind": ""}, {"state": "refused", "refusal": "macro"}]
)
def test_a_file_that_is_not_checked_keeps_it_back(
    cast: Cast, manager: Client, unready: dict[str, str]
) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    seen = seen_on_confirm(manager, message)
    attach(message, **unready)
    press_send(manager, message, seen)
    press_send(manager, message, seen_on_confirm(manager, message))
    assert state(message) == "draft"


def test_a_file_added_after_the_look_is_shown_again(cast: Cast, manager: Client) -> None:
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    seen = seen_on_confirm(manager, message)
    open_file(cast.suzuki, attach(message))
    assert press_send(manager, message, seen) == reverse("console:confirm", args=[message.id])
    press_send(manager, message, seen_on_confirm(manager, message))
    assert state(message) == "released"


def test_a_second_approver_finds_it_done_and_a_teacher_cannot(cast: Cast, teacher: Client) -> None:
    set_rules(cast.sakura, own_class="approve")
    message = draft(cast.sato, cast.sakura, class_1(cast))
    ask(teacher, message)
    assert teacher.post(reverse("console:approve", args=[message.id])).status_code == 404
    clients = []
    for name in ("一", "二"):
        person = staff(f"校長 {name}", f"k{len(clients)}@school.example", cast.sakura, Role.MANAGER)
        clients.append(Client())
        clients[-1].force_login(person)
    seen = clients[1].get(reverse("console:message", args=[message.id])).context["seen"].fingerprint
    approve(clients[0], message)
    post(clients[1], "approve", message, seen=seen)
    assert Batch.objects.count() == 1
    assert ApprovalStep.objects.filter(did="approved").count() == 1
    text = post(clients[1], "send_back", message, comment="遅い")
    assert "もう取り下げられたか差し戻されています" in text
    assert state(message) == "released"


def test_a_message_that_waits_is_closed_and_what_changed_is_not_approved(
    cast: Cast, teacher: Client, manager: Client
) -> None:
    set_rules(cast.sakura, own_class="approve")
    message = draft(cast.sato, cast.sakura, class_1(cast))
    ask(teacher, message)
    assert teacher.get(reverse("console:discard", args=[message.id])).status_code == 404
    here = manager.get(reverse("console:message", args=[message.id]))
    attach(message)  # nobody can by the pages
    post(manager, "approve", message, seen=here.context["seen"].fingerprint)
    approve(manager, message)
    assert state(message) == "approval"


def test_its_time_passed_while_it_waited(cast: Cast, teacher: Client, manager: Client) -> None:
    set_rules(cast.sakura, own_class="approve")
    at = clock.now() + timedelta(days=1)
    message = draft(cast.sato, cast.sakura, class_1(cast), release_at=at)
    ask(teacher, message)
    past = clock.now() - timedelta(hours=1)
    Message.objects.filter(id=message.id).update(release_at=past)
    kept = Message.objects.get(id=message.id)
    Message.objects.filter(id=message.id).update(fingerprint=confirm.digest(kept))
    assert "期限が過ぎています" in page(manager, message)
    assert "期限が過ぎています" in approve(manager, message)
    assert state(message) == "approval"
    post(manager, "send_back", message, comment="日時を直してください")
    assert state(message) == "draft"


def test_who_lost_the_right_meanwhile_does_not_send(cast: Cast, teacher: Client, manager: Client) -> None:
    set_rules(cast.sakura, own_class="approve", undo=60)
    message = draft(cast.sato, cast.sakura, class_1(cast))
    ask(teacher, message)
    approve(manager, message)
    Membership.objects.filter(user=cast.suzuki).delete()
    schedule.release_due(clock.now() + timedelta(minutes=2))
    kept = Message.objects.get(id=message.id)
    assert (kept.state, kept.returned, kept.approved_by) == ("draft", "right", None)
    told = StaffNotice.objects.filter(about="returned").values_list("to", flat=True)
    assert list(told) == [cast.sato.id]


def test_the_rule_that_came_meanwhile_holds_for_what_is_scheduled(cast: Cast, teacher: Client) -> None:
    set_rules(cast.sakura, undo=60)
    message = draft(cast.sato, cast.sakura, class_1(cast))
    press_send(teacher, message, seen_on_confirm(teacher, message))
    assert state(message) == "scheduled"
    set_rules(cast.sakura, own_class="approve", undo=60)
    schedule.release_due(clock.now() + timedelta(minutes=2))
    assert Message.objects.get(id=message.id).returned == "right"


def test_where_the_only_manager_wrote_it_the_board_approves(cast: Cast, manager: Client) -> None:
    set_rules(cast.sakura, decider="second")
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    assert "田中 主事" in page(manager, message, "confirm")
    press_send(manager, message, seen_on_confirm(manager, message))
    assert state(message) == "draft"
    ask(manager, message)
    assert manager.post(reverse("console:approve", args=[message.id])).status_code == 404
    officer = Client()
    officer.force_login(cast.tanaka)
    approve(officer, message)
    assert state(message) == "released"


def test_the_board_needs_a_second_officer(cast: Cast) -> None:
    set_rules(None, decider="second")
    message = draft(cast.tanaka, None, Target(kind="ward"))
    officer, second = Client(), Client()
    officer.force_login(cast.tanaka)
    second.force_login(staff("原 主事", "hara@board.example", None, Role.BOARD_OFFICER))
    assert "原 主事" in page(officer, message, "confirm")
    ask(officer, message)
    approve(second, message)
    assert state(message) == "released"


def test_an_emergency_goes_at_once_by_one_manager_and_the_others_are_told(
    cast: Cast, manager: Client
) -> None:
    set_rules(cast.sakura, decider="second", undo=60)
    vice = staff("副校長", "vice@school.example", cast.sakura, Role.MANAGER)
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura), urgency=Urgency.EMERGENCY)
    press_send(manager, message, seen_on_confirm(manager, message))
    assert state(message) == "released"
    notice = StaffNotice.objects.get()
    assert (notice.about, notice.to) == ("emergency", vice)


def test_an_emergency_is_overridden_by_one_click(cast: Cast, manager: Client, teacher: Client) -> None:
    names = "山田 葵さんと渡辺 空さんを探しています。"
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura), text=names, urgency=Urgency.EMERGENCY)
    press_send(manager, message, seen_on_confirm(manager, message))
    assert state(message) == "draft"
    here = manager.get(reverse("console:confirm", args=[message.id]))
    assert "緊急のため、このまま送ることを認める" in here.content.decode()
    post(manager, "override", message, findings=here.context["barriers"].findings.digest)
    assert Override.objects.get().reason == "緊急のため"
    press_send(manager, message, seen_on_confirm(manager, message))
    assert state(message) == "released"


def test_a_file_with_thirty_names_is_stopped_until_a_manager_overrides_with_a_reason(
    cast: Cast, teacher: Client, manager: Client
) -> None:
    thirty = [
        people.student(cast.p3_2, 10 + n, f"森川 児{n}郎", "モリカワ ジ", f"9{n:03}") for n in range(30)
    ]
    message = draft(cast.sato, cast.sakura, class_1(cast))
    listed = attach(message, "\n".join(f"{n} {child.name}" for n, child in enumerate(thirty, 1)))
    open_file(cast.sato, listed)
    text = page(teacher, message, "confirm")
    assert "子ども30人の氏名があります。" in text
    assert "管理職の承認が必要です" in text
    press_send(teacher, message, seen_on_confirm(teacher, message))
    assert state(message) == "draft"
    digest = teacher.get(reverse("console:confirm", args=[message.id])).context["barriers"].findings.digest
    answer = teacher.post(
        reverse("console:override", args=[message.id]), {"findings": digest, "reason": "x" * 20}
    )
    assert answer.status_code == 404
    ask(teacher, message, "名簿です")
    assert state(message) == "approval"

    open_file(cast.suzuki, listed)
    assert "子ども30人の氏名があります。" in page(manager, message)
    approve(manager, message)
    assert state(message) == "approval"
    assert "10文字以上" in post(manager, "override", message, findings=digest, reason="よい")
    post(manager, "override", message, findings=digest, reason="卒業アルバムの掲載順で、全家庭の同意済み")
    assert "管理職が、送ってよいと認めました" in page(manager, message)
    approve(manager, message)
    assert state(message) == "released"
    entry = AuditEntry.objects.get(action="findings overridden")
    assert entry.detail == {"found": {"several names": 30}}
    assert "森川" not in str(AuditEntry.objects.values_list("detail", flat=True))


def test_an_override_holds_for_exactly_what_was_found(cast: Cast, manager: Client) -> None:
    names = "山田 葵さんと渡辺 空さんの作品が入選しました。"
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura), text=names)
    digest = manager.get(reverse("console:confirm", args=[message.id])).context["barriers"].findings.digest
    post(manager, "override", message, findings=digest, reason="保護者の同意を得ています")
    assert manager.get(reverse("console:confirm", args=[message.id])).context["is_barred"] is False
    changed = fields(whole(cast.sakura), text=names + "キム ハルさんも。")
    manager.post(reverse("console:draft", args=[message.id]), changed)
    assert manager.get(reverse("console:confirm", args=[message.id])).context["is_barred"] is True
    post(manager, "override", message, findings=digest, reason="保護者の同意を得ています")
    assert Override.objects.count() == 1


def test_sending_can_be_undone_or_hastened(cast: Cast, manager: Client) -> None:
    set_rules(cast.sakura, undo=60)
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    assert "押してから60秒間は、取り消せます。" in page(manager, message, "confirm")
    press_send(manager, message, seen_on_confirm(manager, message))
    assert "取り消して下書きに戻す" in page(manager, message)
    text = post(manager, "unschedule", message)
    assert "送信を取り消しました。誰にも送っていません。" in text
    assert state(message) == "draft"
    press_send(manager, message, seen_on_confirm(manager, message))
    part = reverse("console:undo_part", args=[message.id])
    assert "HX-Redirect" not in manager.get(part).headers
    post(manager, "hasten", message)
    assert state(message) == "released"
    assert manager.get(part).headers["HX-Redirect"] == reverse("console:message", args=[message.id])
    assert Batch.objects.count() == 1


def test_a_worker_that_is_missing_is_said(cast: Cast, manager: Client) -> None:
    set_rules(cast.sakura, undo=60)
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura))
    press_send(manager, message, seen_on_confirm(manager, message))
    Message.objects.filter(id=message.id).update(due_at=clock.now() - timedelta(seconds=30))
    assert "送信のしくみが動いていません" in page(manager, message)


def test_what_waits_for_its_own_time_is_not_hastened(cast: Cast, manager: Client) -> None:
    set_rules(cast.sakura, undo=60)
    at = clock.now() + timedelta(days=1)
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura), release_at=at)
    press_send(manager, message, seen_on_confirm(manager, message))
    assert "予約を取り消す" in page(manager, message)
    post(manager, "hasten", message)
    assert state(message) == "scheduled"


def test_the_rules_are_set_by_who_decides(cast: Cast, manager: Client, teacher: Client) -> None:
    address = reverse("console:sending_rules", args=[cast.sakura.id])
    assert address in manager.get("/console/settings/").content.decode()
    assert teacher.get(address).status_code == 404
    assert manager.get(reverse("console:board_rules")).status_code == 404
    wrong = manager.post(address, {"own_class": "approve", "decider": "second", "undo_seconds": "601"})
    assert "1か所を直してください" in wrong.content.decode()
    manager.post(address, {"own_class": "approve", "decider": "second", "undo_seconds": "90"})
    kept = SendingRules.objects.get(school=cast.sakura)
    assert (kept.own_class, kept.decider, kept.undo_seconds) == ("approve", "second", 90)
    assert AuditEntry.objects.get(action="sending rules set").detail["undo_seconds"] == 90
    officer = Client()
    officer.force_login(cast.tanaka)
    officer.post(reverse("console:board_rules"), {"decider": "second", "undo_seconds": "120"})
    assert SendingRules.objects.get(school=None).undo_seconds == 120
