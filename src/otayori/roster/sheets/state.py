"""What a registration sheet is worth now, in one word. Joining and the console say it alike."""

from datetime import datetime
from enum import StrEnum

from otayori.roster.models import RegistrationSheet


class SheetState(StrEnum):
    """`OPEN` joins; every other state has its own sentence and remedy."""

    OPEN = "open"
    REVOKED = "revoked"
    EXPIRED = "expired"
    LOCKED = "locked"  # too many wrong passwords
    FULL = "full"  # joined as many as it may


def state_of(sheet: RegistrationSheet, joined: int, at: datetime) -> SheetState:
    """Return the state of a sheet through which `joined` guardians came."""
    if sheet.revoked_at is not None:
        return SheetState.REVOKED
    if sheet.is_expired(at):
        return SheetState.EXPIRED
    if sheet.wrong_tries >= RegistrationSheet.MOST_TRIES:
        return SheetState.LOCKED
    return SheetState.FULL if joined >= RegistrationSheet.MOST_GUARDIANS else SheetState.OPEN
