"""The keyed hashes by which a sheet's secrets are kept and found; issuing and joining make them here alike.

What was typed is normalised first, so that any spelling of a secret gives the key it was issued with.
"""

import unicodedata
from uuid import UUID

from otayori.core.crypto import lookup_key
from otayori.roster.sheets.secrets import normalise, normalise_token


def token_key(token: str) -> bytes:
    """Return 16 bytes for `RegistrationSheet.token_key`."""
    return lookup_key("sheet token", normalise_token(token))


def code_key(school_number: str, code: str) -> bytes:
    """Return 16 bytes for `RegistrationSheet.code_key`: the typed code counts within its school alone."""
    return lookup_key("sheet code", f"{normalise_number(school_number)}\0{normalise(code)}")


def password_key(sheet_id: UUID, password: str) -> bytes:
    """Return 16 bytes for `RegistrationSheet.password_key`; equal passwords of two sheets look different."""
    return lookup_key("sheet password", f"{sheet_id}\0{normalise(password)}")


def normalise_number(typed: str) -> str:
    """Return a typed school ID (学校ID) in ASCII digits, without spaces or hyphens."""
    folded = unicodedata.normalize("NFKC", typed)
    return "".join(character for character in folded if character.isalnum())
