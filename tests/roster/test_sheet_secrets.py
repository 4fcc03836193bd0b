"""What is printed on a sheet must be typed back from paper by a tired person on a phone keyboard."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otayori.roster.sheets import secrets as sheet_secrets
from otayori.roster.sheets.secrets import (
    ALPHABET,
    CODE_GROUPS,
    CODE_LENGTH,
    PASSWORD_GROUPS,
    PASSWORD_LENGTH,
    grouped,
    is_intact,
    is_token,
    new_code,
    new_password,
    new_token,
    normalise,
    normalise_token,
)

payloads = st.text(ALPHABET, min_size=PASSWORD_LENGTH - 1, max_size=PASSWORD_LENGTH - 1)
positions = st.integers(0, PASSWORD_LENGTH - 1)


def issued(payload: str) -> str:
    return payload + sheet_secrets._check_character(payload)


def test_alphabet_has_no_look_alikes_and_no_vowels() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 23
    assert not set(ALPHABET) & set("01OILBSZQUVAE")
    assert ALPHABET.isupper()


@pytest.mark.parametrize(
    ("make", "length", "groups"),
    [(new_code, CODE_LENGTH, CODE_GROUPS), (new_password, PASSWORD_LENGTH, PASSWORD_GROUPS)],
)
def test_new_secrets_are_whole_distinct_and_grouped_for_reading(
    make: Callable[[], str], length: int, groups: tuple[int, ...]
) -> None:
    made = {make() for _ in range(300)}
    assert len(made) == 300
    assert all(is_intact(secret, length) for secret in made)
    secret = made.pop()
    assert [len(group) for group in grouped(secret, groups).split("-")] == list(groups)
    assert normalise(grouped(secret, groups)) == secret


def test_grouped_as_on_the_sheet() -> None:
    assert grouped("K7M4TX9RWD", PASSWORD_GROUPS) == "K7M-4TX-9RWD"
    assert grouped("ABCDEFGH", CODE_GROUPS) == "ABCD-EFGH"


@pytest.mark.parametrize(
    "typed",
    [
        "k7m4tx9rwd",
        " K7M-4TX-9RWD ",
        "K7M 4TX 9RWD",
        "Ｋ７Ｍ－４ＴＸ－９ＲＷＤ",
        "ｋ７ｍー４ｔｘー９ｒｗｄ",
        "K7M‐4TX–9RWD",
        "K7M―4TX−9RWD",
        "K7Mｰ4TX－9RWD\n",
        "K7M\u30004TX\u200b9RWD",
        "K7M4TXQRWD",
    ],
)
def test_what_guardians_type_is_understood(typed: str) -> None:
    assert normalise(typed) == "K7M4TX9RWD"


def test_printed_digits_read_as_letters_are_understood() -> None:
    assert normalise("bsz") == "852"


def test_what_is_not_understood_is_kept_and_refused() -> None:
    assert normalise("パスワード") != ""
    assert not is_intact(normalise("パスワードを入れました"), PASSWORD_LENGTH)
    assert not is_intact("", PASSWORD_LENGTH)


@given(payloads, st.lists(st.integers(0, 12), max_size=4), st.booleans())
def test_any_secret_comes_back_from_any_way_of_typing(payload: str, cuts: list[int], wide: bool) -> None:
    secret = issued(payload)
    typed = secret.lower()
    for cut in cuts:
        typed = typed[:cut] + "- " + typed[cut:]
    if wide:
        typed = "".join(
            chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in typed
        )
    assert normalise(typed) == secret


@given(payloads, positions, st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(payload: str, position: int, other: str) -> None:
    secret = issued(payload)
    mistyped = secret[:position] + other + secret[position + 1 :]
    assert is_intact(mistyped, PASSWORD_LENGTH) == (mistyped == secret)


@given(payloads, positions, positions)
def test_two_swapped_characters_are_noticed(payload: str, one: int, two: int) -> None:
    secret = list(issued(payload))
    swapped = secret.copy()
    swapped[one], swapped[two] = swapped[two], swapped[one]
    assert is_intact("".join(swapped), PASSWORD_LENGTH) == (swapped == secret)


def test_token_carries_128_bits_and_survives_a_reader_that_changes_case() -> None:
    tokens = {new_token() for _ in range(300)}
    assert len(tokens) == 300
    assert all(is_token(token) for token in tokens)
    token = tokens.pop()
    assert normalise_token(f" {token.upper()} ") == token
    assert not is_token(token[:-1])
    assert not is_token(token[:-1] + "/")
