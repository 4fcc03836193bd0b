"""Guardians join by their sheet, through the pages, step by step."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from otayori.accounts.models import User
from otayori.delivery.models import Endpoint
from otayori.roster.models import Guardian, Guardianship, RegistrationSheet
from otayori.roster.sheets.secrets import new_password
from tests.cast import PASSWORD, Cast
from tests.family.paper import NEW_PASSWORD, code_in_mail, fill_in, hand_out, scan

pytestmark = pytest.mark.django_db


def page(response) -> str:  # type: ignore[no-untyped-def]
    return str(response.content.decode())


def test_rins_mother_joins_from_scan_to_done(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.rin)
    scanned = client.get(f"/join/{secrets.token}", follow=True)
    assert scanned.redirect_chain[-1][0] == "/join/password"
    assert "1年1組" not in page(scanned)
    child = scan(client, secrets)
    assert "I.R." in page(child)
    assert "柏中学校 1年1組" in page(child)
    assert "伊藤" not in page(child)
    asked = fill_in(client)
    assert asked.redirect_chain[-1][0] == "/join/code"
    assert mail.outbox[-1].to == ["ito@mail.example"]
    assert not User.objects.by_email("ito@mail.example")
    done = client.post("/join/code", {"code": code_in_mail()}, follow=True)
    assert done.redirect_chain[-1][0] == "/join/app"
    mother = Guardian.objects.get(students=cast.rin)
    assert (mother.user.name, mother.user.email, mother.notice_version) == (
        "伊藤 桜",
        "ito@mail.example",
        "2026-11",
    )
    assert mother.user.check_password(NEW_PASSWORD)
    assert Guardianship.objects.get(guardian=mother).relation == "mother"
    endpoint = Endpoint.objects.get(guardian=mother)
    assert (endpoint.address, endpoint.host, endpoint.state) == ("ito@mail.example", "mail.example", "active")
    assert "ito@mail.example" in page(client.get("/join/done"))
    assert "お知らせはまだありません" in page(client.get("/"))


def test_she_signs_in_later_on_another_device(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    fill_in(client)
    client.post("/join/code", {"code": code_in_mail()})
    tablet = Client()
    typed = {"login": "Ito@mail.example", "password": NEW_PASSWORD}
    assert tablet.post("/accounts/login/", typed, follow=True).redirect_chain[-1][0] == "/"


def test_who_can_not_scan_types_school_id_and_code(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.rin)
    answer = client.post("/join", {"school_number": "２００１", "code": secrets.code.lower()}, follow=True)
    assert answer.redirect_chain[-1][0] == "/join/password"


def test_joining_goes_on_where_it_was_left(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    client.post("/join/child")
    again = client.get(f"/join/{secrets.token}", follow=True)
    assert again.redirect_chain[-1][0] == "/join/account"
    assert "続きから進める" in page(client.get("/join"))


def test_nothing_personal_lies_open_in_the_session(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    fill_in(client)
    kept = str(dict(client.session))
    for secret in ("ito@mail.example", "伊藤", secrets.token, secrets.password, NEW_PASSWORD):
        assert secret not in kept


@pytest.mark.parametrize("step", ["child", "account", "code", "password"])
def test_no_step_can_be_skipped(cast: Cast, client: Client, step: str) -> None:
    assert client.get(f"/join/{step}").headers["Location"] == "/join"
    _, secrets = hand_out(cast.rin)
    client.get(f"/join/{secrets.token}")
    if step != "password":
        assert client.post(f"/join/{step}").headers["Location"] == "/join/password"


# --- Siblings, second guardians, known addresses ---------------------------------------------------------


def test_kim_who_is_signed_in_adds_a_sibling_without_a_new_account(cast: Cast, client: Client) -> None:
    client.force_login(cast.kim.user)
    _, secrets = hand_out(cast.rin)
    assert "このお子さまを追加しますか" in page(scan(client, secrets))
    added = client.post("/join/child", follow=True)
    assert "I.R. さん（柏中学校 1年1組）を追加しました。" in page(added)
    assert cast.rin in cast.kim.students.all()
    assert User.objects.count() == 9


def test_a_child_who_is_linked_already_is_said_so_kindly(cast: Cast, client: Client) -> None:
    client.force_login(cast.kim.user)
    _, secrets = hand_out(cast.haru)
    scan(client, secrets)
    assert "もう登録されています" in page(client.post("/join/child", follow=True))


def test_a_blocked_guardian_who_joins_again_is_told_nothing(cast: Cast, client: Client) -> None:
    client.force_login(cast.blocked.user)
    _, secrets = hand_out(cast.sora)
    scan(client, secrets)
    told = page(client.post("/join/child", follow=True))
    assert "を追加しました。" in told
    assert "渡辺 空" not in told
    assert Guardianship.objects.get(guardian=cast.blocked).blocked_at is not None


def test_a_registered_address_is_told_only_to_who_reads_its_mail_and_joining_goes_on(
    cast: Cast, client: Client
) -> None:
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    assert "もう登録されています" not in page(fill_in(client, email="kim@mail.example"))
    known = client.post("/join/code", {"code": code_in_mail()}, follow=True)
    assert "このメールアドレスは、もう登録されています" in page(known)
    assert "ハル" not in page(known)
    typed = {"login": "kim@mail.example", "password": PASSWORD, "next": "/join/continue"}
    assert client.post("/accounts/login/", typed, follow=True).redirect_chain[-1][0] == "/join/child"
    client.post("/join/child")
    assert cast.rin in cast.kim.students.all()


def test_a_teacher_who_is_a_parent_proves_the_address_and_keeps_the_account(
    cast: Cast, client: Client
) -> None:
    client.force_login(cast.sato)
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    assert client.post("/join/child", follow=True).redirect_chain[-1][0] == "/join/code"
    client.post("/join/code", {"code": code_in_mail()})
    assert cast.sato.guardian.students.get() == cast.rin


def test_a_sheet_of_another_child_is_put_away(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    assert "何も登録していません" in page(client.post("/join/not-mine"))
    assert client.get("/join/child").headers["Location"] == "/join"


# --- Sheets that do not open -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"expires_at": timezone.now() - timedelta(days=1)}, 410, "期限が切れています"),
        ({"revoked_at": timezone.now()}, 410, "新しいものに替わりました"),
        ({"wrong_tries": 5}, 403, "5回続いた"),
    ],
)
def test_a_closed_sheet_says_what_to_do(
    cast: Cast, client: Client, change: dict[str, object], status: int, sentence: str
) -> None:
    sheet, secrets = hand_out(cast.rin)
    RegistrationSheet.objects.filter(pk=sheet.pk).update(**change)
    answer = client.get(f"/join/{secrets.token}", follow=True)
    assert (answer.status_code, answer.redirect_chain[-1][0]) == (status, "/join/problem")
    assert sentence in page(answer)
    assert "柏中学校" in page(answer)


def test_a_fully_used_sheet_says_what_to_do(cast: Cast, client: Client) -> None:
    sheet, secrets = hand_out(cast.rin)
    for person in (cast.kim, cast.yamada, cast.alvarez, cast.watanabe):
        Guardianship.objects.create(guardian=person, student=cast.rin, sheet=sheet)
    assert "4人まで" in page(client.get(f"/join/{secrets.token}", follow=True))


def test_an_unknown_sheet_says_what_to_do(cast: Cast, client: Client) -> None:
    assert "登録手順書が見つかりません" in page(client.get("/join/abcdefghij", follow=True))
    _, secrets = hand_out(cast.rin)
    wrong_school = client.post("/join", {"school_number": "1001", "code": secrets.code})
    assert "見つかりません" in page(wrong_school)
    assert secrets.code in page(wrong_school)


def test_a_wrong_password_tells_the_tries_left_and_keeps_what_was_typed(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.rin)
    wrong = new_password()
    refused = page(scan(client, secrets, wrong))
    assert "あと4回試せます" in refused
    assert wrong in refused
    assert "秒待ってから" in page(client.post("/join/password", {"password": secrets.password}))


def test_the_fifth_wrong_password_closes_the_sheet(cast: Cast, client: Client) -> None:
    sheet, secrets = hand_out(cast.rin)
    RegistrationSheet.objects.filter(pk=sheet.pk).update(wrong_tries=4)
    assert "この登録手順書は使えなくなりました" in page(scan(client, secrets, new_password()))


def test_who_guesses_at_sheets_is_stopped(cast: Cast, client: Client) -> None:
    for _ in range(40):
        client.get("/join/guess")
    answer = client.get("/join/guess", follow=True)
    assert answer.status_code == 429
    assert "10分ほど待ってから" in page(answer)


def test_a_sheet_that_is_revoked_on_the_way_opens_no_account(cast: Cast, client: Client) -> None:
    sheet, secrets = hand_out(cast.rin)
    scan(client, secrets)
    fill_in(client)
    RegistrationSheet.objects.filter(pk=sheet.pk).update(revoked_at=timezone.now())
    assert "新しいものに替わりました" in page(
        client.post("/join/code", {"code": code_in_mail()}, follow=True)
    )
    assert User.objects.by_email("ito@mail.example") is None


# --- The account and its code ----------------------------------------------------------------------------


def test_a_slip_in_a_carriers_domain_is_asked_about_and_corrected_with_one_tap(
    cast: Cast, client: Client
) -> None:
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    asked = page(fill_in(client, email="ito@docomo.en.jp"))
    assert "ito@docomo.ne.jp に直す" in asked
    assert NEW_PASSWORD in asked
    assert not mail.outbox
    fill_in(client, email="ito@docomo.en.jp", email_choice="ito@docomo.ne.jp")
    assert mail.outbox[-1].to == ["ito@docomo.ne.jp"]


def test_an_unusual_domain_may_be_meant(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    fill_in(client, email="ito@gmial.com", email_choice="ito@gmial.com")
    assert mail.outbox[-1].to == ["ito@gmial.com"]


@pytest.mark.parametrize("password", ["short", "password1234", "ito@mail.example"])
def test_a_weak_password_is_refused_and_the_rest_is_kept(cast: Cast, client: Client, password: str) -> None:
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    refused = page(fill_in(client, password=password))
    assert "か所" in refused
    assert "伊藤 桜" in refused


def test_a_wrong_code_can_be_typed_again(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    fill_in(client)
    right = code_in_mail()
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    assert "コードが違います" in page(client.post("/join/code", {"code": wrong}))
    full_width = right.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert client.post("/join/code", {"code": full_width}).headers["Location"] == "/join/app"


def test_a_code_that_was_guessed_at_is_used_up(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    fill_in(client)
    right = code_in_mail()
    for _ in range(5):
        client.post("/join/code", {"code": "000000" if right != "000000" else "111111"})
    assert "5回続きました" in page(client.post("/join/code", {"code": right}))


def test_a_code_that_does_not_come_can_be_sent_again_or_elsewhere(cast: Cast, client: Client) -> None:
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    fill_in(client)
    assert "30秒ほど待って" in page(client.post("/join/code/again", follow=True))
    assert "コードが届かないとき" in page(client.get("/join/code"))
    assert 'value="ito@mail.example"' in page(client.get("/join/account"))
    fill_in(client, email="ito@other.example")
    assert mail.outbox[-1].to == ["ito@other.example"]


def test_a_relay_that_is_down_loses_nothing(cast: Cast, client: Client, settings, free_port: int) -> None:  # type: ignore[no-untyped-def]
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port
    assert "いま、メールを送れません" in page(fill_in(client))
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    client.post("/join/code/again")
    assert client.post("/join/code", {"code": code_in_mail()}).headers["Location"] == "/join/app"


def test_the_pages_speak_english_when_asked(cast: Cast, client: Client) -> None:
    client.post("/language", {"language": "en", "next": "/join"})
    assert '<html lang="en"' in page(client.get("/join"))
    _, secrets = hand_out(cast.rin)
    scan(client, secrets)
    fill_in(client)
    client.post("/join/code", {"code": code_in_mail()})
    assert User.objects.by_email("ito@mail.example").language == "en"  # type: ignore[union-attr]
