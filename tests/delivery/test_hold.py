"""When a message that can wait reaches a guardian with quiet hours or a digest."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otayori.core.clock import TOKYO
from otayori.delivery.fallback import mail_due
from otayori.delivery.hold import CAN_WAIT, ROOM, Wish, held
from otayori.delivery.parcel import Urgency

NIGHT = Wish(quiet_from=21, quiet_until=7)
NOON = Wish(quiet_from=12, quiet_until=14)
DIGEST = Wish(digest_at=18)
LATE_DIGEST = Wish(quiet_from=21, quiet_until=7, digest_at=22)


def at(text: str) -> datetime:
    """A moment of 2026 in Japan: 11-25 20:30."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("wish", "released", "first", "mail"),
    [
        (NIGHT, "11-25 20:59", "11-25 20:59", "11-26 07:00"),  # the mail behind the push would come at 21:59
        (NIGHT, "11-25 19:30", "11-25 19:30", "11-25 20:30"),
        (NIGHT, "11-25 21:00", "11-26 07:00", "11-26 08:00"),
        (NIGHT, "11-26 00:10", "11-26 07:00", "11-26 08:00"),
        (NIGHT, "11-26 06:59", "11-26 07:00", "11-26 08:00"),
        (NIGHT, "11-26 07:00", "11-26 07:00", "11-26 08:00"),
        (NIGHT, "12-31 23:00", "01-01 07:00", "01-01 08:00"),
        (NOON, "11-25 12:00", "11-25 14:00", "11-25 15:00"),
        (NOON, "11-25 11:30", "11-25 11:30", "11-25 14:00"),
        (NOON, "11-25 14:00", "11-25 14:00", "11-25 15:00"),
        (DIGEST, "11-25 08:00", "11-25 18:00", "11-25 19:00"),
        (DIGEST, "11-25 18:00", "11-25 18:00", "11-25 19:00"),
        (DIGEST, "11-25 18:01", "11-26 18:00", "11-26 19:00"),
        (LATE_DIGEST, "11-25 08:00", "11-25 22:00", "11-26 07:00"),  # chosen for 22:00; the mail may not wake
    ],
)
def test_when_a_normal_message_comes(wish: Wish, released: str, first: str, mail: str) -> None:
    now = at(released)
    dues = held(wish, Urgency.NORMAL, now, None)
    year = timedelta(days=365) if first.startswith("01") else timedelta(0)
    assert (dues.first or now) == at(first) + year
    assert (dues.mail or mail_due(Urgency.NORMAL, now, None)) == at(mail) + year


@pytest.mark.parametrize(
    ("deadline", "first"),
    [
        ("11-25 19:00", "11-25 18:00"),
        ("11-25 18:59", "11-25 08:00"),  # not an hour is left of it at 18:00: better early than late
        ("11-25 12:00", "11-25 08:00"),
        ("11-26 12:00", "11-25 18:00"),
    ],
)
def test_nothing_is_held_past_its_deadline(deadline: str, first: str) -> None:
    now = at("11-25 08:00")
    assert (held(DIGEST, Urgency.NORMAL, now, at(deadline)).first or now) == at(first)


hours = st.integers(0, 23)
quiet = st.tuples(hours, hours).filter(lambda pair: pair[0] != pair[1])
wishes = st.builds(
    lambda pair, digest: Wish(*(pair or (None, None)), digest),
    st.none() | quiet,
    st.none() | hours,
)
moments = st.integers(0, 2 * 366 * 24 * 60).map(
    lambda minutes: at("01-01 00:00") + timedelta(minutes=minutes)
)


@given(
    wishes,
    moments,
    st.sampled_from(CAN_WAIT),
    st.none() | st.timedeltas(timedelta(minutes=1), timedelta(days=9)),
)
def test_what_always_holds(wish: Wish, now: datetime, urgency: Urgency, left: timedelta | None) -> None:
    deadline = None if left is None else now + left
    dues = held(wish, urgency, now, deadline)
    first = dues.first or now
    mail = dues.mail or mail_due(urgency, now, deadline)
    assert now <= first <= mail
    assert first - now <= timedelta(hours=24)
    if dues.first is not None:
        assert (dues.first.minute, dues.first.second, dues.first.microsecond) == (0, 0, 0)
    if deadline is not None:
        assert mail < deadline
        assert first == now or first <= deadline - ROOM
    if deadline is None and wish.digest_at is None:
        assert not wish.is_quiet(first)
    if deadline is None:
        assert not wish.is_quiet(mail)
    if deadline is None and wish.digest_at is not None and dues.first is not None:
        assert first.astimezone(TOKYO).hour == wish.digest_at
    if wish == Wish():
        assert (dues.first, dues.mail) == (None, None)
