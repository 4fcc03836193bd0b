"""The relay's URL: what is understood, and what is refused before anything is sent."""

import pytest

from otayori.delivery.channels.email import SmtpConfig, SmtpConfigError
from otayori.delivery.channels.email.config import Tls


def read(url: str) -> SmtpConfig:
    return SmtpConfig.from_url(url, mail_from="おたより <otayori@ward.example>", helo="ward.example")


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("smtp://relay.ward.example", "relay.ward.example", 25, Tls.OPTIONAL),
        ("smtp://relay.ward.example:587?starttls=required", "relay.ward.example", 587, Tls.REQUIRED),
        ("smtp://u:p@relay.ward.example:587", "relay.ward.example", 587, Tls.REQUIRED),
        ("smtps://relay.ward.example", "relay.ward.example", 465, Tls.IMPLICIT),
        ("smtp://[::1]:1025?starttls=never", "::1", 1025, Tls.NEVER),
        ("smtp://localhost:1025?starttls=optional&verify=no", "localhost", 1025, Tls.OPTIONAL),
    ],
)
def test_urls(url: str, host: str, port: int, tls: Tls) -> None:
    config = read(url)
    assert (config.host, config.port, config.tls) == (host, port, tls)
    assert config.mail_from == "otayori@ward.example"


def test_the_most_connections_there_may_be() -> None:
    assert read("smtp://localhost").connections == 50
    assert read("smtp://localhost?connections=200").connections == 200


def test_a_password_with_odd_characters_stays_out_of_sight() -> None:
    config = read("smtp://otayori%40ward:p%40ss%2F%3A@relay.ward.example")
    assert (config.username, config.password) == ("otayori@ward", "p@ss/:")
    assert "p@ss" not in repr(config)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("relay.ward.example", "must look like"),
        ("http://relay.ward.example", "must look like"),
        ("smtp://", "must look like"),
        ("smtp://relay.ward.example:99999", "port"),
        ("smtp://relay.ward.example?tls=yes", "unknown option: tls"),
        ("smtp://relay.ward.example?starttls=maybe", "starttls"),
        ("smtps://relay.ward.example?starttls=never", "from the start"),
        ("smtps://relay.ward.example?verify=no", "on this machine"),
        ("smtp://localhost?verify=perhaps", "yes or no"),
        ("smtp://localhost?connections=0", "connections"),
        ("smtp://localhost?connections=501", "connections"),
        ("smtp://localhost?connections=many", "connections"),
        ("smtp://u:secret@relay.ward.example?starttls=never", "in clear"),
        ("smtp://u:secret@relay.ward.example?starttls=optional", "in clear"),
    ],
)
def test_wrong_urls_are_named_without_their_password(url: str, says: str) -> None:
    with pytest.raises(SmtpConfigError, match=says) as told:
        read(url)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    "wrong",
    [{"mail_from": "no address"}, {"helo": "two words"}, {"helo": "a\r\nRSET"}],
    ids=str,
)
def test_wrong_senders(wrong: dict[str, object]) -> None:
    right: dict[str, object] = {"mail_from": "otayori@ward.example", "helo": "ward.example"}
    with pytest.raises(SmtpConfigError):
        SmtpConfig.from_url("smtp://localhost", **(right | wrong))  # type: ignore[arg-type]


def test_a_ca_file_that_cannot_be_read() -> None:
    with pytest.raises(SmtpConfigError, match="ca_file"):
        read("smtp://localhost?starttls=required&ca_file=/nowhere.pem").tls_context()
