"""A push is encrypted for one browser, as RFC 8291 has it, and reads right for another implementation."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from otayori.delivery.channels.webpush.encryption import MAX_BODY, MAX_PAYLOAD, Armed, arm, encrypt, seal
from tests.delivery.push_server import Device


def unbase64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# RFC 8291 Appendix A
PLAIN = unbase64("V2hlbiBJIGdyb3cgdXAsIEkgd2FudCB0byBiZSBhIHdhdGVybWVsb24")
SENDER_KEY = unbase64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
BROWSER_POINT = unbase64(
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
AUTH = unbase64("BTBZMqHH6r4Tts7J_aSIgg")
SALT = unbase64("DGv6ra1nlYgDCS1FRnbzlw")
BODY = unbase64(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_rfc_8291() -> None:
    key = ec.derive_private_key(int.from_bytes(SENDER_KEY, "big"), ec.SECP256R1())

    assert encrypt(PLAIN, BROWSER_POINT, AUTH, salt=SALT, private_key=key) == BODY


@given(st.binary(max_size=MAX_PAYLOAD))
def test_the_browser_reads_what_was_encrypted(payload: bytes) -> None:
    kim = Device("https://push.example", "/kim")

    body = encrypt(payload, *_keys(kim))

    assert kim.decrypt(body) == payload


def test_the_longest_payload_makes_a_body_of_4096_bytes() -> None:
    assert len(encrypt(bytes(MAX_PAYLOAD), BROWSER_POINT, AUTH)) == MAX_BODY == 4096
    with pytest.raises(ValueError, match="3994 bytes"):
        encrypt(bytes(MAX_PAYLOAD + 1), BROWSER_POINT, AUTH)


def test_no_two_pushes_share_key_or_salt() -> None:
    first, second = (encrypt(b"same", BROWSER_POINT, AUTH) for _ in range(2))

    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]


def test_a_push_armed_before_the_message_existed_reads_the_same() -> None:
    alvarez = Device("https://push.example", "/alvarez")
    armed = arm(*_keys(alvarez))

    assert alvarez.decrypt(seal("大雨のため休校".encode(), armed)) == "大雨のため休校".encode()


def test_a_set_kept_as_bytes_is_the_same_set() -> None:
    armed = arm(BROWSER_POINT, AUTH)

    packed = armed.pack()

    assert len(packed) == 8 + 65 + 32
    assert Armed.unpack(packed) == armed
    with pytest.raises(ValueError, match="not an armed set"):
        Armed.unpack(packed[:-1])


def test_a_set_that_came_back_from_the_dead_repeats_no_nonce() -> None:
    """It must not be used twice; were it, by a restored backup, the salt still keeps the two apart."""
    armed = arm(BROWSER_POINT, AUTH)

    first, second = seal(b"same", armed), seal(b"same", armed)

    assert first[:16] != second[:16]  # the salt, of which key and nonce are made
    assert first[86:] != second[86:]


def test_an_armed_set_does_not_show_its_key() -> None:
    armed = arm(BROWSER_POINT, AUTH)

    assert repr(armed.key_material) not in repr(armed)


def test_a_point_off_the_curve_is_refused() -> None:
    with pytest.raises(ValueError, match="EC key"):
        encrypt(b"x", b"\x04" + bytes(63) + b"\x01", AUTH)


def _keys(device: Device) -> tuple[bytes, bytes]:
    point = device._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return point, device._auth
