"""Which addresses a mail can go to, and how they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otayori.delivery.channels.email.address import mailbox_bytes
from otayori.delivery.channels.email.errors import UnsendableAddressError


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("kim@example.jp", b"kim@example.jp"),
        ("o'brien+school@mail.example.co.jp", b"o'brien+school@mail.example.co.jp"),
        # handed out by carriers although no RFC allows them
        ("a..b@docomo.ne.jp", b'"a..b"@docomo.ne.jp'),
        ("abc.@docomo.ne.jp", b'"abc."@docomo.ne.jp'),
        (".abc@ezweb.ne.jp", b'".abc"@ezweb.ne.jp'),
        ("abc..@ezweb.ne.jp", b'"abc.."@ezweb.ne.jp'),
        ('"already quoted"@example.jp', b'"already quoted"@example.jp'),
        ("kim@学校.example", b"kim@xn--48s290a.example"),
        ("k" * 64 + "@" + "d" * 60 + ".example.jp", b"k" * 64 + b"@" + b"d" * 60 + b".example.jp"),
    ],
)
def test_addresses_as_the_server_reads_them(address: str, written: bytes) -> None:
    assert mailbox_bytes(address) == written


@pytest.mark.parametrize(
    "address",
    [
        "",
        "kim",
        "@example.jp",
        "kim@",
        "kim@example..jp",
        "kim@-example.jp",
        "kim@example.jp.",
        "kim lee@example.jp",
        "kim,lee@example.jp",
        "キム@example.jp",
        "kim@example.jp\r\nBcc: other@example.jp",
        "kim>\r\nRCPT TO:<other@example.jp",
        '"kim\r\n"@example.jp',
        "kim@exam ple.jp",
        "kim@[127.0.0.1]",
        "k" * 65 + "@example.jp",
        "kim@" + ".".join(["d" * 60] * 5),
    ],
)
def test_addresses_no_server_takes(address: str) -> None:
    with pytest.raises(UnsendableAddressError) as told:
        mailbox_bytes(address)
    assert not address or address not in str(told.value)


@given(st.text(max_size=80))
def test_whatever_comes_stays_on_one_line_of_ascii(address: str) -> None:
    try:
        written = mailbox_bytes(address)
    except UnsendableAddressError:
        return
    assert written.isascii()
    assert not set(written) & set(b"\r\n\0")
    assert written.count(b">") == 0 or written.startswith(b'"')
