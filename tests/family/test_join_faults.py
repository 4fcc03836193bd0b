"""What goes wrong while a guardian joins: double taps, two tabs, lost sessions, no cookies, other apps."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail, signing
from django.test import Client
from django.utils import timezone

from otayori.accounts.models import User
from otayori.family.join import carry
from otayori.roster.models import Guardianship, RegistrationSheet
from tests.cast import Cast
from tests.family.paper import code_in_mail, fill_in, hand_out, scan
from tests.family.push_service import Browser

pytestmark = pytest.mark.django_db


def page(response) -> str:  # type: ignore[no-untyped-def]
    return str(response.content.decode())


def where(response) -> str:  # type: ignore[no-untyped-def]
    return str(response.redirect_chain[-1][0])


def at_the_code(cast: Cast, client: Client) -> str:
    """Go as far as the code; return it."""
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    fill_in(client)
    return code_in_mail()


def second_tap(client: Client) -> Client:
    """A request that set out with the same session before the first was answered."""
    copy = SessionStore()
    copy.update(dict(client.session.items()))
    copy.save()
    other = Client()
    other.cookies["otayori_session"] = copy.session_key or ""
    return other


# --- Double taps -------------------------------------------------------------------------------------------


def test_two_taps_on_the_last_button_make_one_account_and_both_arrive(cast: Cast, client: Client) -> None:
    code = at_the_code(cast, client)
    second = second_tap(client)
    for tap in (client, second):
        assert tap.post("/join/code", {"code": code}).headers["Location"] == "/join/app"
        assert tap.get("/join/done").status_code == 200
    assert User.objects.by_email("ito@mail.example")
    assert Guardianship.objects.filter(student=cast.rin).count() == 1


def test_somebody_else_with_the_same_address_is_not_let_in_by_a_second_tap(
    cast: Cast, client: Client
) -> None:
    code = at_the_code(cast, client)
    other = Client()
    _, secrets = hand_out(cast.rin)
    scan(other, secrets)
    fill_in(other)  # the same address and password, typed in another form: its salt is another
    code_of_other = code_in_mail()
    client.post("/join/code", {"code": code})
    assert where(other.post("/join/code", {"code": code_of_other}, follow=True)) == "/join/known"


def test_two_taps_on_the_account_mail_one_code(cast: Cast, client: Client) -> None:
    at_the_code(cast, client)
    assert where(fill_in(client)) == "/join/code"
    assert len(mail.outbox) == 1


def test_a_tap_whose_answer_was_lost_is_told_to_sign_in(cast: Cast, client: Client) -> None:
    code = at_the_code(cast, client)
    old = client.cookies["otayori_session"].value
    client.post("/join/code", {"code": code})
    client.cookies["otayori_session"] = old
    told = client.post("/join/code", {"code": code}, follow=True)
    assert "登録がもう終わった方は、ログインしてください。" in page(told)
    assert "ログインする" in page(told)


def test_going_back_after_the_account_is_made_leads_on(cast: Cast, client: Client) -> None:
    code = at_the_code(cast, client)
    client.post("/join/code", {"code": code})
    for step in ("password", "child", "account", "code", "continue"):
        assert where(client.get(f"/join/{step}", follow=True)) == "/join/app"
    assert where(client.post("/join/account", {"email": "x"}, follow=True)) == "/join/app"


def test_scanning_again_after_the_account_is_made_leads_to_what_is_left(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    fill_in(client)
    client.post("/join/code", {"code": code_in_mail()})
    assert where(client.get(f"/join/{secrets.token}", follow=True)) == "/join/app"
    _, of_jun = hand_out(cast.jun)
    assert where(client.get(f"/join/{of_jun.token}", follow=True)) == "/join/password"


def test_what_is_left_to_do_is_said_until_it_is_done(cast: Cast, client: Client) -> None:
    code = at_the_code(cast, client)
    client.post("/join/code", {"code": code})
    assert "あと1つ：この端末の通知" in page(client.get("/join/done"))
    subscription = Browser().subscription("https://fcm.googleapis.com/fcm/send/1")
    client.post("/push/subscribe", subscription, content_type="application/json")
    assert "あと1つ" not in page(client.get("/join/done"))


# --- Two tabs ----------------------------------------------------------------------------------------------


def test_a_tab_with_another_sheet_does_not_confirm_the_wrong_child(cast: Cast, client: Client) -> None:
    client.force_login(cast.yamada.user)
    first, secrets = hand_out(cast.rin)
    scan(client, secrets)
    _, of_jun = hand_out(cast.jun)
    scan(client, of_jun)
    told = client.post("/join/child", {"sheet": str(first.id)}, follow=True)
    assert "あとから読み取った登録手順書に替わりました" in page(told)
    assert "K.J." in page(told)
    assert cast.yamada.students.get() == cast.aoi


def test_two_tabs_with_the_same_sheet_go_on_together(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    assert where(client.get(f"/join/{secrets.token}", follow=True)) == "/join/child"
    client.post("/join/child")
    assert (
        where(client.post("/join/password", {"password": secrets.password}, follow=True)) == "/join/account"
    )


def test_with_the_sheet_of_a_sister_the_account_is_not_typed_again(cast: Cast, client: Client) -> None:
    code = at_the_code(cast, client)
    _, of_jun = hand_out(cast.jun)
    scan(client, of_jun)
    assert where(client.post("/join/child", follow=True)) == "/join/code"
    assert client.post("/join/code", {"code": code}).headers["Location"] == "/join/app"
    assert (
        Guardianship.objects.get(guardian__user=User.objects.by_email("ito@mail.example")).student == cast.jun
    )


def test_the_second_child_of_who_is_signed_in_takes_two_answers(cast: Cast, client: Client) -> None:
    client.force_login(cast.yamada.user)
    _, secrets = hand_out(cast.rin)
    assert where(client.get(f"/join/{secrets.token}", follow=True)) == "/join/password"
    asked = client.post("/join/password", {"password": secrets.password}, follow=True)
    assert "個人情報の使いみち" not in page(asked)
    assert where(client.post("/join/child", follow=True)) == "/join/done"


# --- Sheets and sessions that end on the way ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"expires_at": timezone.now() - timedelta(days=1)}, "期限"),
        ({"revoked_at": timezone.now()}, "新しいもの"),
    ],
)
def test_a_sheet_that_ends_on_the_way_is_explained_at_the_next_step(
    cast: Cast, client: Client, change: dict[str, object], words: str
) -> None:
    sheet, secrets = hand_out(cast.rin)
    scan(client, secrets)
    RegistrationSheet.objects.filter(pk=sheet.pk).update(**change)
    told = client.post("/join/child", follow=True)
    assert where(told) == "/join/problem"
    assert words in page(told)


@pytest.mark.parametrize("step", ["password", "child", "account", "code"])
def test_a_session_that_was_lost_is_explained(cast: Cast, client: Client, step: str) -> None:
    at_the_code(cast, client)
    client.cookies.clear()
    told = page(client.post(f"/join/{step}", {"code": "123456"}, follow=True))
    assert "登録手順書のQRコードをもう一度読み取ってください" in told


def test_a_browser_that_keeps_no_cookies_is_told_so_at_the_scan(cast: Cast) -> None:
    _, secrets = hand_out(cast.rin)
    led = Client().get(f"/join/{secrets.token}").headers["Location"]
    assert "設定で Cookie を許可するか" in page(Client().get(led))


def test_a_form_sent_without_cookies_is_answered_in_words() -> None:
    refused = Client(enforce_csrf_checks=True).post("/join/password", {"password": "x"})
    assert refused.status_code == 403
    assert "Cookie を許可してから" in page(refused)


# --- The code ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["{0} {1}", "{0}-{1}", "確認コード: {0}{1}", " {0}{1}\u3000"])
def test_the_code_may_be_pasted_as_it_comes(cast: Cast, client: Client, shape: str) -> None:
    code = at_the_code(cast, client)
    pasted = shape.format(code[:3], code[3:])
    assert client.post("/join/code", {"code": pasted}).headers["Location"] == "/join/app"


def test_what_can_not_be_a_code_costs_no_try(cast: Cast, client: Client) -> None:
    code = at_the_code(cast, client)
    for _ in range(6):
        assert "6桁の数字" in page(client.post("/join/code", {"code": code[:5]}))
    assert client.post("/join/code", {"code": code}).headers["Location"] == "/join/app"


# --- Out of another app's browser ---------------------------------------------------------------------------


def test_the_place_is_carried_into_another_browser(cast: Cast, client: Client) -> None:
    sheet, secrets = hand_out(cast.rin)
    shown = client.get(f"/join/{secrets.token}", follow=True)
    address = shown.context["carry"]
    assert address in page(shown)
    assert secrets.token not in address
    other = Client()
    assert where(other.get(address, follow=True)) == "/join/password"
    assert "I.R." in page(other.post("/join/password", {"password": secrets.password}, follow=True))
    sheet.delete()
    assert "もう一度はじめから" in page(Client().get(address, follow=True))


def test_a_carried_place_is_closed_soon_and_can_not_be_made_up(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet, secrets = hand_out(cast.rin)
    address = client.get(f"/join/{secrets.token}", follow=True).context["carry"]
    monkeypatch.setattr(carry, "MINUTES", -1)
    assert where(Client().get(address, follow=True)) == "/join/problem"
    made_up = signing.dumps(str(sheet.id), salt="another")
    assert where(Client().get(f"/join/go/{made_up}", follow=True)) == "/join/problem"


def test_a_passkey_is_offered_only_to_who_has_just_joined(cast: Cast, client: Client) -> None:
    code = at_the_code(cast, client)
    client.post("/join/code", {"code": code})
    assert "設定する" in page(client.get("/join/passkey"))
    client.force_login(cast.kim.user)
    assert client.get("/join/passkey").headers["Location"] == "/accounts/2fa/webauthn/add/"
