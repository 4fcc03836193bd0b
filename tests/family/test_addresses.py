"""Addresses as guardians type them."""

import pytest

from otayori.family.addresses import BadAddress, OddDots, suggest, tidy


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("hanako@docomo.ne.jp", "hanako@docomo.ne.jp"),
        (" ｈａｎａｋｏ＠ｇｍａｉｌ．ｃｏｍ ", "hanako@gmail.com"),
        ("Hanako@GMAIL.com。", "Hanako@gmail.com"),
        ("a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp"),
        ("-x-@ezweb.ne.jp", "-x-@ezweb.ne.jp"),
        ("mei@mail.example", "mei@mail.example"),
    ],
)
def test_what_can_be_sent_to_is_taken(typed: str, address: str) -> None:
    assert tidy(typed) == address


@pytest.mark.parametrize(
    "typed",
    ["", "hanako", "@gmail.com", "a@b", "a..b@gmail.com", "花子@gmail.com", "a@[127.0.0.1]", "<a@b.com>"],
)
def test_what_can_not_is_refused(typed: str) -> None:
    with pytest.raises(BadAddress):
        tidy(typed)


@pytest.mark.parametrize("typed", ["a..b@gmail.com", "a.@gmail.com", ".a@mail.example", "a...b.@icloud.com"])
def test_dots_that_are_all_that_is_wrong_are_said_so(typed: str) -> None:
    with pytest.raises(OddDots):
        tidy(typed)


@pytest.mark.parametrize("typed", ["a..b", "a..b@gmail", "花..子@gmail.com"])
def test_dots_are_not_blamed_for_more(typed: str) -> None:
    with pytest.raises(BadAddress) as wrong:
        tidy(typed)
    assert not isinstance(wrong.value, OddDots)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("docomo.en.jp", "docomo.ne.jp"), ("docomo.co.jp", "docomo.ne.jp"), ("docomo.jp", "docomo.ne.jp"),
        ("docmo.ne.jp", "docomo.ne.jp"), ("ezweb.co.jp", "ezweb.ne.jp"), ("softbank.jp", "softbank.ne.jp"),
        ("i.softbank.ne.jp", "i.softbank.jp"), ("ymoble.ne.jp", "ymobile.ne.jp"), ("gmial.com", "gmail.com"),
        ("gmail.co.jp", "gmail.com"), ("gmail.con", "gmail.com"), ("icloud.co.jp", "icloud.com"),
        ("yahoo.co.jo", "yahoo.co.jp"), ("outlok.jp", "outlook.jp"), ("aui.com", "au.com"),
    ],
)  # fmt: skip
def test_a_slip_is_asked_about(typed: str, meant: str) -> None:
    assert suggest(f"hanako@{typed}") == f"hanako@{meant}"


@pytest.mark.parametrize(
    "domain",
    [
        "docomo.ne.jp",
        "au.com",
        "outlook.jp",
        "qq.com",
        "mail.com",
        "mail.example",
        "city.midori.lg.jp",
        "biz.ezweb.ne.jp",
    ],
)
def test_other_domains_are_left_alone(domain: str) -> None:
    assert suggest(f"hanako@{domain}") is None
