"""Make the three secrets of a registration sheet, and read them back from what a guardian typed.

The URL's token is scanned; the code and the password are typed by hand from paper, so their alphabet has no
vowels (no words can appear) and no look-alikes: 0 O, 1 I L, 2 Z, 5 S, 8 B, 9 Q, U V. It has 23 characters, a
prime, so one check character finds every single wrong character and every swap of two. A mistyped secret can
be told from a wrong one without looking it up, and need not cost the guardian one of the five tries.

Source: OWASP ASVS 5.0 6.4.1 (activation codes are random and expire); expiry and tries belong to the sheet.
"""

import base64
import secrets
import unicodedata
from collections.abc import Sequence
from itertools import islice
from typing import Final

ALPHABET: Final = "23456789CDFGHJKMNPRTWXY"
"""The characters of codes and passwords; its order gives each its value in the check."""

CODE_LENGTH: Final = 8
CODE_GROUPS: Final = (4, 4)
PASSWORD_LENGTH: Final = 10
PASSWORD_GROUPS: Final = (3, 3, 4)
TOKEN_LENGTH: Final = 26

_TOKEN_ALPHABET: Final = frozenset("abcdefghijklmnopqrstuvwxyz234567")
# Only the digit of each pair is ever printed, so these readings have one possible meaning.
_LOOK_ALIKES: Final = str.maketrans({"B": "8", "Q": "9", "S": "5", "Z": "2"})
# What a Japanese keyboard offers for the hyphen key besides hyphens: long vowel marks and the middle dot.
_SEPARATORS: Final = frozenset("ーｰ・･−_.~〜")


def new_token() -> str:
    """Return 128 random bits for the sheet's URL: 26 characters of lower-case base32.

    Base32 and not base64url, because it survives a reader that changes case or drops a final "-" or "_".
    """
    return base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=").lower()


def new_code() -> str:
    """Return a code for typing: 7 random characters (31 bits) and a check character.

    The code only names a sheet, together with the school ID; the password is what protects it.
    """
    return _with_check(CODE_LENGTH)


def new_password() -> str:
    """Return a password: 9 random characters (40 bits; the sheet allows 5 tries) and a check character."""
    return _with_check(PASSWORD_LENGTH)


def normalise(typed: str) -> str:
    """Return a typed code or password as it was issued: upper case, ASCII, no separators.

    Full-width letters, lower case, spaces, every kind of hyphen and the look-alikes B Q S Z are understood.
    Other characters stay, so that `is_intact` refuses them rather than guessing.
    """
    folded = unicodedata.normalize("NFKC", typed).upper()
    return "".join(character for character in folded if not _separates(character)).translate(_LOOK_ALIKES)


def normalise_token(typed: str) -> str:
    """Return the token of a URL as it was issued: lower case, without spaces around it."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


def is_intact(secret: str, length: int) -> bool:
    """Tell whether a normalised code or password could have been issued: length, alphabet, check character.

    False means a slip of the hand: say "please check what you typed" and count no try. Nothing is lost by it,
    since such a secret opens no sheet.
    """
    if len(secret) != length or not all(character in ALPHABET for character in secret):
        return False
    return secret[-1] == _check_character(secret[:-1])


def is_token(text: str) -> bool:
    """Tell whether a normalised token has the shape that `new_token` gives."""
    return len(text) == TOKEN_LENGTH and all(character in _TOKEN_ALPHABET for character in text)


def grouped(secret: str, sizes: Sequence[int]) -> str:
    """Return the secret in groups for reading: ("K7M4TX9RWD", (3, 3, 4)) becomes "K7M-4TX-9RWD"."""
    rest = iter(secret)
    return "-".join("".join(islice(rest, size)) for size in sizes)


def _with_check(length: int) -> str:
    payload = "".join(secrets.choice(ALPHABET) for _ in range(length - 1))
    return payload + _check_character(payload)


def _check_character(payload: str) -> str:
    # The weights 2, 3, 4 ... are distinct modulo 23, and the check character enters the same equation with
    # weight -1, that is 22, which no position has: so every swap changes the sum.
    total = sum(weight * ALPHABET.index(character) for weight, character in enumerate(payload, start=2))
    return ALPHABET[total % len(ALPHABET)]


def _separates(character: str) -> bool:
    return character in _SEPARATORS or unicodedata.category(character) in {"Pd", "Zs", "Cf", "Cc"}
