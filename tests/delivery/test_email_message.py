"""What a guardian's mail program gets: read back with the standard library's own parser."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otayori.delivery.channels.email.headers import mailbox_header, one_line, text_header, url_header
from otayori.delivery.channels.email.message import cut_stencil
from otayori.delivery.parcel import Content, Kind, Urgency

BATCH = UUID("0197f1a0-0000-7000-8000-000000000001")
KIMS_PHONE = UUID("0197f1a0-0000-7000-8000-0000000000aa")
FILES = (
    {"id": "0197f1a0-0000-7000-8000-00000000000f", "name": "しおり <1>.pdf", "kind": "pdf", "size": 9000},
    {"id": "0197f1a0-0000-7000-8000-00000000000e", "name": "地図.png", "kind": "image", "size": 9000},
)
TEXT = "明日の運動会は雨のため延期します。\n\nお弁当は要ります。\n・水筒 <1人1本> & タオル"
RAIN = Content(
    batch_id=BATCH,
    language="ja",
    urgency=Urgency.NORMAL,
    sender="桜小学校",
    title="運動会の延期について",
    text=TEXT,
    mail_title="運動会の延期について",
    mail_text=TEXT,
    url="https://otayori.ward.example/m/01?a=1&b=2",
    settings_url="https://otayori.ward.example/settings/channels",
    sent_at=datetime(2025, 5, 30, 21, 15, tzinfo=UTC),
)


def mail_of(content: Content, mailbox: bytes = b"kim@example.jp") -> EmailMessage:
    return read(bytes_of(content, mailbox))


def bytes_of(content: Content, mailbox: bytes = b"kim@example.jp") -> bytes:
    stencil = cut_stencil(content, mail_from="otayori@ward.example")
    return received(stencil.head(mailbox, KIMS_PHONE) + stencil.rest)


def eight_bit(content: Content) -> bytes | None:
    """The mail as a server that offers 8BITMIME gets it, if it may."""
    stencil = cut_stencil(content, mail_from="otayori@ward.example")
    return stencil.rest8 and received(stencil.head(b"kim@example.jp", KIMS_PHONE) + stencil.rest8)


def received(data: bytes) -> bytes:
    """What a server keeps of the data: nothing after the first final dot, each stuffed dot taken off."""
    text, dot, beyond = data.partition(b"\r\n.\r\n")
    assert dot
    assert not beyond
    return b"".join(line.removeprefix(b".") + b"\r\n" for line in text.split(b"\r\n"))


def read(raw: bytes) -> EmailMessage:
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text.replace("\r\n", "\n")


def test_kim_reads_the_schools_words_in_japanese() -> None:
    mail = mail_of(RAIN)
    assert mail["Subject"] == "運動会の延期について"
    assert mail["From"].addresses[0].display_name == "桜小学校"
    assert mail["From"].addresses[0].addr_spec == "otayori@ward.example"
    assert mail["To"] == "kim@example.jp"
    assert mail.get_content_type() == "multipart/alternative"
    plain = part(mail, "plain")
    assert TEXT in plain
    assert "桜小学校 (2025年5月31日(土) 06:15)" in plain  # Tokyo's time
    assert RAIN.url in plain
    assert RAIN.settings_url in plain
    assert mail.defects == []


def test_the_html_part_shows_the_same_words_and_nothing_can_break_out_of_it() -> None:
    html = part(mail_of(replace(RAIN, mail_title="<script>alert(1)</script>")), "html")
    assert "<script" not in html
    assert "・水筒 &lt;1人1本&gt; &amp; タオル" in html
    assert 'href="https://otayori.ward.example/m/01?a=1&amp;b=2"' in html
    assert '<html lang="ja" dir="ltr">' in html
    HTMLParser().feed(html)


def test_headers_for_machines() -> None:
    mail = mail_of(RAIN)
    assert mail["Message-ID"] == f"<{BATCH}.{KIMS_PHONE}@ward.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<https://otayori.ward.example/settings/channels>"
    assert mail["List-Unsubscribe-Post"] is None
    assert mail["Content-Language"] == "ja"
    assert mail["X-Otayori-Urgency"] == "normal"
    assert mail["Importance"] is None
    assert parsedate_to_datetime(mail["Date"]) == RAIN.sent_at


def test_each_try_is_the_same_mail() -> None:
    assert bytes_of(RAIN) == bytes_of(replace(RAIN))


def test_an_emergency_says_so_to_programs_and_people() -> None:
    mail = mail_of(replace(RAIN, urgency=Urgency.EMERGENCY))
    assert (mail["X-Otayori-Urgency"], mail["Importance"], mail["X-Priority"]) == ("emergency", "high", "1")
    assert part(mail, "plain").startswith("【緊急】運動会の延期について")
    assert "緊急のお知らせ" in part(mail, "html")


def test_an_individual_notice_keeps_its_words_out_of_the_mail() -> None:
    notice = replace(
        RAIN,
        title="三者面談",
        text="太郎さんの面談です。",
        mail_title="お知らせがあります",
        mail_text="開いてお読みください。",
    )
    mail = mail_of(notice)
    everything = str(mail["Subject"]) + part(mail, "plain") + part(mail, "html")
    assert "面談" not in everything
    assert "太郎" not in everything
    assert "開いてお読みください。" in everything


def test_another_language_is_named_for_screen_readers() -> None:
    mail = mail_of(
        replace(RAIN, language="en", mail_title="Sports day is put off", mail_text="Rain tomorrow.")
    )
    assert mail["Subject"] == "Sports day is put off"
    assert mail["Content-Language"] == "en"
    assert '<html lang="en"' in part(mail, "html")
    assert "Rain tomorrow." in part(mail, "plain")
    assert '<html lang="ar" dir="rtl">' in part(mail_of(replace(RAIN, language="ar")), "html")


def test_every_server_can_carry_it() -> None:
    long_text = "。".join(["長い" * 3000] * 3) + "\n.\n..始まりの点\n𠮷田 葛󠄀飾 👨‍👩‍👧"
    raw = bytes_of(replace(RAIN, mail_text=long_text, mail_title="延期" * 60, sender="桜" * 60))
    head, body = raw.split(b"\r\n\r\n", 1)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert not any(line.startswith(b".") for line in raw.split(b"\r\n"))
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert all(len(line) <= 76 for line in head.split(b"\r\n") if b"=?" in line)
    assert max(map(len, head.split(b"\r\n"))) <= 998
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail["Subject"] == "延期" * 60
    # policy.default of this Python puts spaces between the encoded words of a name; RFC 2047 6.2 does not
    sender = message_from_bytes(raw, policy=policy.compat32)["From"]
    assert str(make_header(decode_header(sender))) == "桜" * 60 + " <otayori@ward.example>"
    assert long_text in part(mail, "plain")


def test_a_server_that_takes_eight_bits_gets_the_same_mail_shorter() -> None:
    text = "家庭科の持ち物です。\n.\n..始まりの点\n.\r\n𠮷田 葛󠄀飾 👨‍👩‍👧\n" + ("長い" * 160 + "\n") * 3
    content = replace(RAIN, mail_text=text)
    raw, base64 = eight_bit(content), bytes_of(content)
    assert raw is not None
    assert len(raw) < 0.8 * len(base64)
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    short, long = read(raw), read(base64)
    assert short.items() == long.items()
    for kind in ("plain", "html"):
        assert part(short, kind) == part(long, kind)
        body = short.get_body((kind,))
        assert body is not None
        assert body["Content-Transfer-Encoding"] == "8bit"
    assert short.defects == []


@pytest.mark.parametrize(
    "text",
    ["長い" * 167, "a" * 999, "nul\x00", f"--=_{BATCH.hex}--"],
    ids=["a paragraph", "a word", "NUL", "the boundary"],
)
def test_a_text_that_eight_bits_would_spoil_travels_in_base64(text: str) -> None:
    assert eight_bit(replace(RAIN, mail_text=f"前\n{text}\n後")) is None
    assert text in part(mail_of(replace(RAIN, mail_text=f"前\n{text}\n後")), "plain")


def test_a_paragraph_of_many_lines_stays_short_in_the_html_too() -> None:
    assert eight_bit(replace(RAIN, mail_text="\n".join(["持ち物は水筒とタオルです。"] * 200))) is not None


@given(st.text())
@settings(deadline=None)
def test_any_text_survives_both_ways(text: str) -> None:
    content = replace(RAIN, mail_text=text)
    raw = eight_bit(content)
    assert raw is None or part(read(raw), "plain") == part(mail_of(content), "plain")


@pytest.mark.parametrize("field", ["sender", "mail_title", "url", "settings_url", "language"])
def test_no_field_can_smuggle_in_a_header(field: str) -> None:
    evil = "a\r\nBcc: thief@example.jp\r\n\r\nbody\x00\x85\u2028b"
    raw = bytes_of(replace(RAIN, **{field: evil}))  # type: ignore[arg-type]
    mail = message_from_bytes(raw, policy=policy.compat32)
    assert mail["Bcc"] is None
    expected = message_from_bytes(bytes_of(RAIN), policy=policy.compat32)
    assert mail.keys() == expected.keys()
    assert len(mail.get_payload()) == 2


def test_a_carriers_odd_address_stays_quoted() -> None:
    raw = bytes_of(RAIN, b'"a..b"@docomo.ne.jp')
    assert message_from_bytes(raw, policy=policy.compat32)["To"] == '"a..b"@docomo.ne.jp'


@pytest.mark.slow
@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_subject_survives_and_stays_within_lines(title: str) -> None:
    raw = text_header("Subject", title)
    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    assert all(len(line) <= 76 for line in raw.split(b"\r\n"))
    assert all(line.startswith(b" ") for line in raw.split(b"\r\n")[1:-1])
    shown = message_from_bytes(raw + b"\r\n", policy=policy.default)["Subject"]
    assert shown == one_line(title).encode("utf-8", "replace").decode()


@pytest.mark.parametrize(
    ("display", "shown"),
    [
        ("Sakura School", "Sakura School"),
        ('The "old" school, Ward\\1', 'The "old" school, Ward\\1'),
        ("桜小 <3年1組>", "桜小 <3年1組>"),
        ("=?utf-8?q?fake?=", "=?utf-8?q?fake?="),
        ("", ""),
    ],
)
def test_sender_names(display: str, shown: str) -> None:
    raw = mailbox_header("From", display, b"otayori@ward.example")
    address = message_from_bytes(raw + b"\r\n", policy=policy.default)["From"].addresses[0]
    assert (address.display_name, address.addr_spec) == (shown, "otayori@ward.example")


def test_urls_with_japanese_are_percent_encoded() -> None:
    raw = url_header("List-Unsubscribe", "https://ward.example/設定?a=%20\r\n>")
    assert raw == b"List-Unsubscribe: <https://ward.example/%E8%A8%AD%E5%AE%9A?a=%20%0D%0A%3E>\r\n"


@pytest.mark.parametrize(
    ("kind", "language", "subject", "line"),
    [
        (Kind.REMINDER, "ja", "【再送】運動会の延期について", "再度のお知らせです。"),
        (Kind.CORRECTION, "ja", "【訂正】運動会の延期について", "訂正のお知らせです。"),
        (Kind.RECALL, "ja", "【取り消し】運動会の延期について", "お知らせの取り消しです。"),
        (Kind.MESSAGE, "ja", "運動会の延期について", TEXT[:10]),
    ],
)
def test_what_is_told_again_says_so_in_the_list_of_mails_and_first(
    kind: Kind, language: str, subject: str, line: str
) -> None:
    mail = mail_of(replace(RAIN, kind=kind, language=language))
    assert mail["Subject"] == subject
    for shape in ("plain", "html"):
        words = part(mail, shape)
        assert words.index(line) <= words.index("明日の運動会")
    assert eight_bit(replace(RAIN, kind=kind)) is not None


def test_a_mark_does_not_make_a_subject_too_long() -> None:
    raw = bytes_of(replace(RAIN, kind=Kind.RECALL, mail_title="延期" * 60))
    head = raw.split(b"\r\n\r\n", 1)[0]
    assert all(len(line) <= 76 for line in head.split(b"\r\n") if b"=?" in line)
    assert read(raw)["Subject"] == "【取り消し】" + "延期" * 60


def test_files_are_named_and_read_in_the_app() -> None:
    mail = mail_of(replace(RAIN, files=FILES))
    plain, html = part(mail, "plain"), part(mail, "html")
    assert "ファイルが2個あります。アプリでご覧ください。\n・しおり <1>.pdf\n・地図.png\n" in plain
    assert "<li>しおり &lt;1&gt;.pdf</li>" in html
    assert [one.get_content_type() for one in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert "ファイル" not in part(mail_of(RAIN), "plain")
    assert eight_bit(replace(RAIN, files=FILES)) is not None


def test_what_the_files_of_an_individual_notice_are_called_stays_out_of_the_mail() -> None:
    mail = mail_of(replace(RAIN, files=FILES, mail_title="お知らせがあります", mail_text="開いてください。"))
    for shape in ("plain", "html"):
        assert "ファイルが2個あります。" in part(mail, shape)
        assert "しおり" not in part(mail, shape)
