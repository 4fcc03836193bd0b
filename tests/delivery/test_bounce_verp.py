"""Signed return addresses: who can't sign can't make a delivery fail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otayori.delivery.bounces.verp import LONGEST_NAME, Verp
from tests.delivery.bounce_mails import return_path

VERP = Verp("bounce@otayori.city.example", "a secret of this installation")


def address(delivery_id: int, verp: Verp = VERP) -> str:
    return return_path(delivery_id, verp)


@given(st.integers(min_value=0, max_value=2**48 - 1))
def test_a_bounce_names_its_delivery(delivery_id: int) -> None:
    made = address(delivery_id)
    local, _, domain = made.rpartition("@")
    assert domain == "otayori.city.example"
    assert len(local) <= 64
    assert local.removeprefix("bounce+").isalnum()
    assert VERP.read(made) == delivery_id


@pytest.mark.parametrize(
    "written",
    ["<{}>", "Otayori <{}>", "other@mail.example, {}", "SRS0=ab12=c3=otayori.city.example={}", "prvs=1={}"],
)
def test_it_is_found_however_it_is_written(written: str) -> None:
    assert VERP.read(written.format(address(7))) == 7
    assert VERP.read(written.format(address(7)).upper()) == 7


@given(st.integers(min_value=0, max_value=35), st.sampled_from("0123456789abcdef"))
def test_one_other_letter_and_nothing_is_named(place: int, letter: str) -> None:
    made = address(123456)
    token = made.index("+") + 1
    forged = made[: token + place] + letter + made[token + place + 1 :]
    assert VERP.read(forged) == (123456 if forged == made else None)


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "bounce@otayori.city.example",
        "bounce+@otayori.city.example",
        f"bounce+{'0' * 36}@otayori.city.example",
        address(5).replace("@", "0@"),
        address(5)[:-30],
        address(5, Verp("bounce@otayori.city.example", "another secret")),
    ],
)
def test_a_forged_address_names_nothing(forged: str) -> None:
    assert VERP.read(forged) is None


def test_a_forged_address_does_not_hide_the_true_one() -> None:
    assert VERP.read_any(["", f"bounce+{'a' * 36}@x, {address(9)}", address(3)]) == 9


def test_the_name_leaves_room_for_the_token() -> None:
    longest = Verp(f"{'b' * LONGEST_NAME}@x.example", "s")
    assert len(address(1, longest).partition("@")[0]) == 64
    for wrong in (f"{'b' * (LONGEST_NAME + 1)}@x.example", "@x.example", "bounce@"):
        with pytest.raises(ValueError, match="local part"):
            Verp(wrong, "s")
