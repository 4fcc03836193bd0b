"""An operator writes the settings of an installation, rightly and wrongly."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from otayori.config import addresses, environment
from otayori.config.explanations import EXPLANATIONS


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """Settings as a ward's contractor would write them."""
    for name in ("master.key", "vapid.pem"):
        (tmp_path / name).write_text("key")
    return {
        "PATH": "/usr/bin",
        "OTAYORI_SECRET_KEY": "k" * 64,
        "OTAYORI_DATABASE_URL": "postgresql://otayori:p%40ss@db.ward.example:5433/otayori?sslmode=require",
        "OTAYORI_SMTP_URL": "smtp://relay.ward.example:587?starttls=required",
        "OTAYORI_MAIL_FROM": "みどり区教育委員会 <otayori@city.ward.example>",
        "OTAYORI_BASE_URL": "https://otayori.ward.example/",
        "OTAYORI_MASTER_KEY_FILE": str(tmp_path / "master.key"),
        "OTAYORI_VAPID_KEY_FILE": str(tmp_path / "vapid.pem"),
        "OTAYORI_CLAMD_URL": "unix:///run/clamav/clamd.ctl",
    }


def test_a_complete_installation_gets_the_rest_by_default(production: dict[str, str]) -> None:
    env = environment.read(production)
    assert env.profile == "production"
    assert env.base_url == "https://otayori.ward.example"
    assert env.allowed_hosts == ("otayori.ward.example",)
    assert env.vapid_subject == "mailto:otayori@city.ward.example"
    assert env.staff_mfa == "required"
    assert env.data_dir == Path("/var/lib/otayori")
    assert ".push.apple.com" in env.push_hosts
    assert env.database.password == "p@ss"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("unix:///run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
        ("tcp://127.0.0.1", ("127.0.0.1", 3310)),
        ("tcp://scanner.ward.example:3311", ("scanner.ward.example", 3311)),
        ("none", None),
    ],
)
def test_the_scanner_is_named_or_it_is_said_that_there_is_none(
    production: dict[str, str], url: str, address: object
) -> None:
    assert environment.read(production | {"OTAYORI_CLAMD_URL": url}).clamd == address


def test_tests_need_nothing_but_their_profile() -> None:
    env = environment.read({"OTAYORI_PROFILE": "test"})
    assert env.master_key_file is None
    assert "http://127.0.0.1" in env.push_hosts
    assert "127.0.0.1" in env.allowed_hosts
    assert env.staff_mfa == "optional"


def test_a_push_service_on_loopback_is_for_trying_out_alone(production: dict[str, str]) -> None:
    trying = production | {"OTAYORI_PUSH_HOSTS": "https://127.0.0.1"}
    assert environment.read(trying | {"OTAYORI_PROFILE": "demo"}).push_hosts == ("https://127.0.0.1",)
    with pytest.raises(environment.WrongSettings, match="OTAYORI_PUSH_HOSTS"):
        environment.read(trying)


def test_nothing_set_names_every_setting_that_is_needed() -> None:
    with pytest.raises(environment.WrongSettings) as wrong:
        environment.read({"OTAYORI_SMTP_URL": "  "})
    lines = str(wrong.value).splitlines()
    named = {line.partition(":")[0].removeprefix("OTAYORI_").lower() for line in lines}
    needed = {"base_url", "clamd_url", "database_url", "mail_from", "secret_key", "smtp_url"}
    assert named == needed | {"master_key_file", "vapid_key_file"}
    assert all("設定されていません" in line and "例: " in line for line in lines)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PROFILE", "staging", "production、demo、test のどれか"),
        ("SECRET_KEY", "short-secret", "50文字以上にしてください（今は12文字）"),
        ("DATABASE_URL", "mysql://u:short-secret@db/otayori", "postgresql:// で始めて"),
        ("DATABASE_URL", "postgresql://u:short-secret@db:70000/otayori", "65535"),
        ("DATABASE_URL", "postgresql://u:short-secret@db", "データベースの名前"),
        ("DATABASE_URL", "postgresql://u:short-secret@db/o?sslmode=yes", "sslmode は"),
        (
            "DATABASE_URL",
            "postgresql://u:short-secret@db/o?sslmod=require",
            "「sslmod」という指定は使えません",
        ),
        ("SMTP_URL", "relay.ward.example", "smtp:// か smtps://"),
        ("SMTP_URL", "smtp://u:short-secret@relay.ward.example?starttls=never", "starttls=required"),
        ("SMTP_URL", "smtp://relay.ward.example?connections=0", "connections は"),
        ("SMTP_URL", "smtps://relay.ward.example?starttls=required", "starttls を付けない"),
        ("SMTP_URL", "smtp://relay.ward.example?verify=maybe", "verify は"),
        ("MAIL_FROM", "教育委員会", "メールアドレスの形"),
        ("BOUNCE_ADDRESS", "bounce+x@ward.example", "英数字だけ"),
        ("BOUNCE_ADDRESS", f"{'b' * 28}@ward.example", "27文字まで"),
        ("BOUNCE_MAILBOX", "imap://u:short-secret@mail.ward.example", "imaps:// にして"),
        ("BASE_URL", "http://otayori.ward.example", "https:// にして"),
        ("BASE_URL", "https://otayori.ward.example/app", "サーバーの名前"),
        ("MASTER_KEY_FILE", "/nowhere/master.key", "ファイルがありません"),
        ("VAPID_KEY_FILE", "/", "フォルダーです"),
        ("VAPID_SUBJECT", "otayori@city.ward.example", "mailto: か https://"),
        ("DKIM_KEY_FILE", "/nowhere/dkim.pem", "ファイルがありません"),
        ("DKIM_SELECTOR", "otayori1._domainkey.city.ward.example", "英数字と「-」だけ"),
        ("CLAMD_URL", "http://127.0.0.1:3310", "unix:///ソケットのパス"),
        ("CLAMD_URL", "unix://clamd.ctl", "unix:///ソケットのパス"),
        ("CLAMD_URL", "tcp://8.8.8.8:3310", "庁内のサーバー"),
        ("ALLOWED_HOSTS", "https://otayori.ward.example", "サーバーの名前だけ"),
        ("ALLOWED_HOSTS", "*", "サーバーの名前だけ"),
        ("PUSH_HOSTS", ",", "サーバーの名前だけ"),
        ("STAFF_MFA", "off", "required か optional"),
        ("TRUSTED_PROXY", "many", "0 から 9"),
        ("PORT", "99999", "1 から 65535"),
    ],
)
def test_one_wrong_setting_is_named_and_its_value_is_not(
    production: dict[str, str], name: str, value: str, says: str
) -> None:
    with pytest.raises(environment.WrongSettings) as wrong:
        environment.read(production | {f"OTAYORI_{name}": value})
    (line,) = str(wrong.value).splitlines()
    assert line.startswith(f"OTAYORI_{name}: ")
    assert says in line
    assert "short-secret" not in line


def test_a_key_that_cannot_sign_mails_is_named(production: dict[str, str], tmp_path: Path) -> None:
    production["OTAYORI_DKIM_KEY_FILE"] = production["OTAYORI_VAPID_KEY_FILE"]  # the wrong file, say
    with pytest.raises(environment.WrongSettings) as wrong:
        environment.read(production)
    (line,) = str(wrong.value).splitlines()
    assert line.startswith("OTAYORI_DKIM_KEY_FILE: パスワードのない PEM 形式の秘密鍵ではありません。")


def test_a_key_that_signs_mails_needs_its_selector(production: dict[str, str], tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = tmp_path / "dkim.pem"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    production["OTAYORI_DKIM_KEY_FILE"] = str(pem)
    with pytest.raises(environment.WrongSettings) as wrong:
        environment.read(production)
    assert str(wrong.value).startswith("OTAYORI_DKIM_SELECTOR: OTAYORI_DKIM_KEY_FILE と一緒に設定")
    assert environment.read(production | {"OTAYORI_DKIM_SELECTOR": "otayori1"}).dkim_key_file == pem
    assert (
        environment.read({"OTAYORI_PROFILE": "test", "OTAYORI_DKIM_SELECTOR": "relay"}).dkim_key_file is None
    )


def test_a_misspelt_setting_is_not_passed_over(production: dict[str, str]) -> None:
    production["OTAYORI_SMTP_ULR"] = production.pop("OTAYORI_SMTP_URL")
    with pytest.raises(environment.WrongSettings) as wrong:
        environment.read(production)
    assert "OTAYORI_SMTP_ULR という設定はありません。OTAYORI_SMTP_URL のことですか。" in str(wrong.value)
    assert "OTAYORI_SMTP_URL: 設定されていません" in str(wrong.value)


def test_printing_the_settings_shows_no_secret(production: dict[str, str]) -> None:
    env = environment.read(production | {"OTAYORI_SMTP_URL": "smtps://board:p%40ss@relay.ward.example"})
    for shown in (repr(env), str(env), repr(env.database), repr(env.smtp)):
        assert "p@ss" not in shown
        assert "p%40ss" not in shown
        assert "kkkk" not in shown


def test_every_setting_has_words_for_the_operator() -> None:
    assert set(EXPLANATIONS) == set(environment.Environment.model_fields)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("postgresql://u@db.ward.example/otayori", "db.ward.example", None),
        ("postgres://u@[::1]:5433/otayori", "::1", 5433),
        ("postgresql://u@%2FRun%2Fpg/otayori", "/Run/pg", None),
        ("postgresql://u@/otayori?host=/run/pg&port=5433", "/run/pg", 5433),
        ("postgresql:///otayori", "", None),
    ],
)
def test_a_database_stands_on_a_host_or_behind_a_socket(url: str, host: str, port: int | None) -> None:
    address = addresses.read_database(url)
    assert (address.host, address.port, address.name) == (host, port, "otayori")


@pytest.mark.parametrize(
    ("url", "port", "encryption", "verify"),
    [
        ("smtp://relay.example", 25, "optional", True),
        ("smtp://relay.example?starttls=required&verify=no", 25, "required", False),
        ("smtp://board:secret@relay.example:587", 587, "required", True),
        ("smtp://board:secret@127.0.0.1:1025?starttls=never", 1025, "never", True),
        ("smtps://board:secret@relay.example", 465, "implicit", True),
    ],
)
def test_a_password_for_the_relay_asks_for_tls(url: str, port: int, encryption: str, verify: bool) -> None:
    address = addresses.read_smtp(url)
    assert (address.port, address.encryption, address.verify) == (port, encryption, verify)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.9", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("localhost.example", False),
    ],
)
def test_loopback_is_known_by_name_and_address(host: str, here: bool) -> None:
    assert addresses.is_loopback(host) is here
