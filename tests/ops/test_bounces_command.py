"""`otayori bounces`: from the relay's pipe and from the mailbox into the ledger."""

import io
import os
import smtplib
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from otayori.delivery.bounces.collect import verp
from otayori.delivery.bounces.verp import Verp
from otayori.delivery.claim import claim
from otayori.delivery.contents import Contents
from otayori.delivery.models import Delivery
from otayori.delivery.parcel import Outcome, Verdict
from otayori.delivery.settle import settle
from otayori.delivery.status import Status
from otayori.ops.cli import main
from otayori.roster.models import Guardian
from tests.cast import Cast
from tests.delivery.bounce_mails import SAMPLES, came_back, return_path
from tests.delivery.ledger import release_to, write_rows
from tests.delivery.smtp_server import SmtpServer

NO_SERVER = "postgresql://otayori:short-secret@127.0.0.1:1/otayori"


@pytest.fixture
def addresses(settings: Settings) -> Verp:
    settings.OTAYORI_BOUNCE_ADDRESS = "bounce@otayori.city.example"
    made = verp()
    assert made is not None
    return made


def pipe(monkeypatch: pytest.MonkeyPatch, mail: bytes, *options: str) -> int:
    """Hand a mail over as Postfix's pipe does."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(mail)))
    return main(["bounces", "receive", *options])


def receive(mail: bytes, **settings: str) -> subprocess.CompletedProcess[bytes]:
    """The same in a process of its own, with `settings` and nothing else of OTAYORI_*."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("OTAYORI_")}
    environ |= {f"OTAYORI_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "otayori.ops.cli", "bounces", "receive"]
    return subprocess.run(command, env=environ, input=mail, capture_output=True, check=False)


def waiting(person: Guardian) -> Delivery:
    """A delivery that waits for another try."""
    batch = release_to([person])
    write_rows()
    return batch.deliveries.get()


@pytest.mark.django_db
def test_a_mail_leaves_comes_back_and_the_ledger_knows(
    cast: Cast, addresses: Verp, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = release_to([cast.kim, cast.yamada])
    with SmtpServer().running_in_thread() as server:
        taken = claim(batch.lane, "email", 10, Contents())
        with smtplib.SMTP("127.0.0.1", server.port) as relay:
            for parcel in taken.parcels:
                sender = addresses.return_path(parcel).decode()
                relay.sendmail(sender, [parcel.address], b"Subject: x\r\n\r\nx")
        settle([Outcome(parcel.delivery_id, Verdict.SENT, "250") for parcel in taken.parcels], taken.tries)
        (mail,) = server.mails_to("kim@mail.example")
    report = (SAMPLES / "postfix-unknown-user.eml").read_bytes()
    back = report.replace(b"bounce+TOKEN@otayori.city.example", mail.sender.encode())
    assert pipe(monkeypatch, back) == 0
    statuses = dict(Delivery.objects.values_list("endpoint__guardian", "status"))
    assert statuses == {cast.kim.id: Status.FAILED, cast.yamada.id: Status.SENT}


@pytest.mark.django_db
def test_the_relay_names_the_recipient(cast: Cast, addresses: Verp, monkeypatch: pytest.MonkeyPatch) -> None:
    delivery = waiting(cast.kim)
    mail = came_back("gmail-full", delivery.id, addresses).replace(b"bounce+", b"x+")
    mail = mail.replace(b"@otayori.city.example", b"0@otayori.city.example")
    assert pipe(monkeypatch, mail) == 0
    delivery.refresh_from_db()
    assert delivery.status == Status.QUEUED
    assert pipe(monkeypatch, mail, "--recipient", return_path(delivery.id, addresses)) == 0
    delivery.refresh_from_db()
    assert delivery.status == Status.FAILED


@pytest.mark.django_db
def test_a_foreign_mail_is_dropped_not_sent_back(addresses: Verp, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pipe(monkeypatch, b"\xff" * 2_000_000) == 0


def test_without_an_address_the_relay_keeps_the_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pipe(monkeypatch, b"x") == os.EX_TEMPFAIL


@pytest.mark.processes
@pytest.mark.parametrize(
    "settings",
    [
        {"PROFILE": "test", "DATABASE_URL": NO_SERVER, "BOUNCE_ADDRESS": "bounce@otayori.city.example"},
        {"PROFILE": "production"},
    ],
    ids=["the database is away", "settings are wrong"],
)
def test_what_can_not_be_written_down_stays_with_the_relay(settings: dict[str, str]) -> None:
    secret = {"SECRET_KEY": "x" * 50} if settings["PROFILE"] == "test" else {}
    made = Verp("bounce@otayori.city.example", "x" * 50)
    ended = receive(came_back("gmail-full", 1, made), **settings, **secret)
    assert ended.returncode == os.EX_TEMPFAIL
    assert b"Traceback" not in ended.stderr
    assert b"short-secret" not in ended.stderr


@pytest.mark.django_db
def test_the_mailbox_is_emptied_on_demand(
    cast: Cast, addresses: Verp, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery = waiting(cast.kim)
    settings.OTAYORI_BOUNCE_MAILBOX = f"maildir:{tmp_path}"
    for kind in ("tmp", "new", "cur"):
        (tmp_path / kind).mkdir()
    (tmp_path / "new" / "1.a").write_bytes(came_back("gmail-full", delivery.id, addresses))
    (tmp_path / "new" / "2.a").write_bytes(b"x")
    assert main(["bounces", "read"]) == 0
    said = capsys.readouterr().out
    assert said == "書きとめた 1通、すでに書きとめていた 0通、人が見るフォルダーに移した 1通\n"


@pytest.mark.parametrize("mailbox", ["", "maildir:/nowhere/at/all"])
def test_a_mailbox_that_is_not_there_is_said(
    addresses: Verp, settings: Settings, mailbox: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.OTAYORI_BOUNCE_MAILBOX = mailbox
    assert main(["bounces", "read"]) == 1
    assert "OTAYORI_BOUNCE_MAILBOX" in capsys.readouterr().err
