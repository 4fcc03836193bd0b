"""Receivers verify what we signed: each mail as a real server got it, read by dkimpy."""

import smtplib
from dataclasses import replace
from email import message_from_bytes
from uuid import UUID

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from dkim.util import parse_tag_value

from otayori.delivery.channels.email.dkim import DkimKeyError, DkimSigner
from otayori.delivery.channels.email.message import cut_stencil
from otayori.delivery.parcel import Content, Kind, Urgency
from tests.delivery.email_stories import ALVAREZ, KIM, SAKURA
from tests.delivery.smtp_server import SmtpServer

RSA = rsa.generate_private_key(65537, 2048)
OTHERS = rsa.generate_private_key(65537, 2048)
KEYS: dict[str, PrivateKeyTypes] = {"rsa": RSA, "ed25519": ed25519.Ed25519PrivateKey.generate()}
LONG = replace(
    SAKURA,
    urgency=Urgency.EMERGENCY,
    mail_title="運動会の延期と、持ち物の変更について" * 4,
    mail_text="...\n.\n  字下げ  と   空白 \t\n\n\n" + "長い" * 400 + "\n\n\n",
)
AGAIN = replace(
    SAKURA,
    kind=Kind.CORRECTION,
    version=2,
    files=[{"id": "1", "name": "しおり.pdf", "kind": "pdf", "size": 9}],
)


def pem(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def signer(key: PrivateKeyTypes = RSA) -> DkimSigner:
    return DkimSigner.from_pem(pem(key), selector="otayori1", domain="ward.example")


def verified(mail: bytes, signed_by: DkimSigner) -> bool:
    """What a receiver says who finds our record, and nothing else, in DNS."""

    def dns(name: bytes, timeout: float = 5) -> bytes | None:
        return signed_by.record.encode() if name == b"otayori1._domainkey.ward.example." else None

    return bool(dkim.verify(mail, dnsfunc=dns))


def signed(content: Content = SAKURA, *, by: DkimSigner) -> bytes:
    stencil = cut_stencil(content, mail_from="otayori@ward.example", signer=by)
    return (stencil.head(KIM.encode(), UUID(int=1)) + stencil.rest).removesuffix(b".\r\n")


def hand_over(relay: SmtpServer, recipient: str, data: bytes) -> None:
    """Give the server the data as it is: nothing on our side stuffs dots or mends line ends."""
    with smtplib.SMTP("localhost", relay.port, "ward.example") as client:
        client.ehlo()
        for command in ("MAIL FROM:<otayori@ward.example>", f"RCPT TO:<{recipient}>", "DATA"):
            assert client.docmd(command)[0] in {250, 354}
        client.send(data)
        assert client.getreply()[0] == 250


@pytest.mark.parametrize("content", [SAKURA, LONG, AGAIN], ids=["short", "long", "corrected"])
@pytest.mark.parametrize("kind", KEYS)
def test_one_signature_holds_for_every_family(kind: str, content: Content) -> None:
    ours = signer(KEYS[kind])
    stencil = cut_stencil(content, mail_from="otayori@ward.example", signer=ours)
    relay = SmtpServer()
    with relay.running_in_thread():
        for number, family in enumerate((KIM, ALVAREZ)):
            hand_over(relay, family, stencil.head(family.encode(), UUID(int=number)) + stencil.rest)
    assert [mail.message["To"] for mail in relay.received] == [KIM, ALVAREZ]
    assert all(verified(mail.data, ours) for mail in relay.received)
    assert not any(verified(mail.data, signer(OTHERS)) for mail in relay.received)


def test_a_signed_mail_stays_in_base64_so_that_nobody_need_rewrite_it() -> None:
    assert cut_stencil(SAKURA, mail_from="otayori@ward.example").rest8 is not None
    assert cut_stencil(SAKURA, mail_from="otayori@ward.example", signer=signer()).rest8 is None


def test_the_signature_names_the_domain_of_the_sender() -> None:
    fields = parse_tag_value(message_from_bytes(signed(by=signer()))["DKIM-Signature"].encode())
    assert fields[b"d"] == b"ward.example"
    assert fields[b"s"] == b"otayori1"
    assert fields[b"c"] == b"relaxed/relaxed"
    covered = {name.strip() for name in fields[b"h"].split(b":")}
    assert b"from" in covered
    assert not covered & {b"to", b"message-id"}


@pytest.mark.parametrize(
    ("genuine", "forged"),
    [
        (b"Subject:", b"Subject: No school today\r\nSubject:"),
        (b"From:", b"From: <thief@example.jp>\r\nFrom:"),
        (b"Content-Type: multipart", b"Content-Type: text/plain\r\nContent-Type: multipart"),
        (b"MIME-Version:", b"Reply-To: thief@example.jp\r\nMIME-Version:"),
        (b"/settings/channels", b"/settings/nothing"),
        (b"MIME-Version: 1.0\r\n", b""),
        (b"\r\n\r\n--=_", b"\r\n\r\nNo school today\r\n--=_"),
    ],
)
def test_nobody_on_the_way_can_add_or_change_what_is_read(genuine: bytes, forged: bytes) -> None:
    ours = signer()
    mail = signed(by=ours)
    assert genuine in mail
    assert verified(mail, ours)
    assert not verified(mail.replace(genuine, forged, 1), ours)


def test_a_server_may_refold_headers_and_add_its_own() -> None:
    ours = signer()
    mail = signed(LONG, by=ours)
    refolded = mail.replace(b"\r\n =?utf-8", b"\r\n\t  =?utf-8")
    assert refolded != mail
    assert verified(b"Received: from ward.example\r\n" + refolded + b"\r\n\r\n", ours)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (b"", "PEM"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "PEM"),
        (RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"p")), "PEM"),
        (pem(rsa.generate_private_key(65537, 1024)), "2048 から 4096 ビットにしてください（今は 1024）"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "RSA か Ed25519"),
    ],
    ids=["nothing", "cut short", "locked", "weak", "a VAPID key"],
)
def test_a_key_that_cannot_sign_is_refused(key: bytes, says: str) -> None:
    with pytest.raises(DkimKeyError, match=says):
        DkimSigner.from_pem(key, selector="otayori1", domain="ward.example")


def test_printing_the_signer_shows_no_key() -> None:
    assert "PRIVATE" not in repr(signer())
