"""Turns and pauses of receiving domains: tables of cases with a clock made by hand."""

from collections import Counter
from dataclasses import dataclass, field

import pytest

from otayori.delivery.channels.email.domains import HUNG, Domains
from otayori.delivery.channels.email.letter import Bundle, Letter
from otayori.delivery.channels.email.replies import SENT, Judgement
from otayori.delivery.parcel import Verdict

SLOW_DOWN = Judgement(Verdict.THROTTLED, "450 4.7.0", about_domain=True)
BUSY_RELAY = Judgement(Verdict.THROTTLED, "421 4.7.0")
TIMED_OUT = Judgement(Verdict.UNKNOWN, "timeout")


@dataclass
class Clock:
    time: float = 1000.0

    def __call__(self) -> float:
        return self.time


@dataclass
class Mailroom:
    """Domains with the letters in hand by domain, one connection each."""

    connections: int = 8
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.domains = Domains(self.connections, clock=self.clock, pause=60, patience=8)
        self.in_hand: dict[str, list[Letter]] = {}
        self.number = 0

    def post(self, domain: str, count: int = 1, *, urgent: bool = False) -> list[Judgement | None]:
        return [self.domains.post(self.letter(domain, urgent=urgent)) for _ in range(count)]

    def letter(self, domain: str, *, urgent: bool = False) -> Letter:
        self.number += 1
        return Letter(
            delivery_id=self.number,
            mailbox=f"g{self.number}@{domain}".encode(),
            domain=domain.encode(),
            return_path=b"otayori@ward.example",
            head=b"",
            rest=b"",
            rest8=None,
            bundle=Bundle.__new__(Bundle),
            urgent=urgent,
        )

    def take(self, count: int = 1) -> list[str]:
        """So many idle connections ask for a letter; the domains they got."""
        got = []
        for _ in range(count):
            if letter := self.domains.take():
                name = letter.domain.decode()
                self.in_hand.setdefault(name, []).append(letter)
                got.append(name)
        return got

    def end(self, domain: str, judgement: Judgement = SENT, count: int = 1) -> list[Judgement]:
        """So many letters in hand of the domain end; what became of those that waited."""
        returned = []
        for _ in range(count):
            letter = self.in_hand[domain].pop(0)
            returned += [why for _, why in self.domains.ended(letter, judgement)]
        return returned

    def pass_letters(self, domain: str, count: int) -> None:
        for _ in range(count):
            self.post(domain)
            assert self.take() == [domain]
            self.end(domain)

    def later(self, seconds: float) -> None:
        self.clock.time += seconds


def test_domains_take_turns() -> None:
    room = Mailroom()
    room.post("docomo.ne.jp", 5)
    room.post("ward.example", 2)
    room.post("kashiwa.example", 1)
    got = []
    for _ in range(8):
        got += room.take()
        room.end(got[-1])
    assert got[:4] == ["docomo.ne.jp", "ward.example", "kashiwa.example", "docomo.ne.jp"]
    assert Counter(got) == {"docomo.ne.jp": 5, "ward.example": 2, "kashiwa.example": 1}


def test_emergencies_go_before_all_others() -> None:
    room = Mailroom()
    room.post("docomo.ne.jp", 3)
    room.post("ward.example", 1, urgent=True)
    room.post("docomo.ne.jp", 1, urgent=True)
    assert room.take(5) == ["ward.example", *["docomo.ne.jp"] * 4]


@pytest.mark.parametrize(
    ("connections", "alone"), [(1, 1), (2, 1), (4, 2), (10, 5), (50, 25), (200, 100)], ids=str
)
def test_a_new_domain_gets_half_and_grows_by_each_letter_it_takes(connections: int, alone: int) -> None:
    room = Mailroom(connections)
    room.post("docomo.ne.jp", 1000)
    assert len(room.take(connections)) == alone
    for _ in range(300):
        room.end("docomo.ne.jp")
        room.take(2)
    most = {1: 1, 2: 2, 4: 3, 10: 9, 50: 47, 200: 188}  # the last are nobody's
    assert len(room.in_hand["docomo.ne.jp"]) == most[connections]


def test_a_domain_with_half_of_the_connections_lets_others_go_first() -> None:
    room = Mailroom(8)
    room.pass_letters("docomo.ne.jp", 20)
    room.post("docomo.ne.jp", 20)
    room.take(4)
    room.post("ward.example", 3)
    assert room.take(4) == ["ward.example", "ward.example", "ward.example", "docomo.ne.jp"]


def test_a_letter_behind_one_of_the_same_domain_needs_no_room() -> None:
    room = Mailroom(2)
    room.post("docomo.ne.jp", 3)
    first = room.domains.take()
    assert first
    assert room.domains.take() is None
    second = room.domains.take(first)
    assert second
    room.domains.ended(first, SENT, second)
    room.domains.ended(second, SENT)
    assert len(room.take(2)) == 1


def test_a_domain_that_throttles_is_held_alone() -> None:
    room = Mailroom()
    room.post("docomo.ne.jp", 10)
    room.post("ward.example", 3)
    room.take(4)
    returned = room.end("docomo.ne.jp", SLOW_DOWN)
    assert [(why.verdict, why.code, why.retry_after) for why in returned] == [
        (Verdict.THROTTLED, "450 4.7.0", 60)
    ] * 8
    room.later(20)
    [refused] = room.post("docomo.ne.jp")
    assert refused
    assert (refused.verdict, refused.retry_after) == (Verdict.THROTTLED, 40)
    assert room.take(8) == ["ward.example"]


def test_letters_in_hand_that_are_throttled_too_change_nothing() -> None:
    room = Mailroom(16)
    room.post("docomo.ne.jp", 8)
    room.take(8)
    room.end("docomo.ne.jp", SLOW_DOWN, 7)
    room.end("docomo.ne.jp", SENT)  # begun before
    [refused] = room.post("docomo.ne.jp")
    assert refused
    assert refused.retry_after == 60
    room.later(61)
    room.pass_letters("docomo.ne.jp", 1)
    room.post("docomo.ne.jp", 100)
    assert len(room.take(16)) == 4  # half of what it had, once


def test_the_server_may_say_how_long_to_wait() -> None:
    room = Mailroom()
    room.post("docomo.ne.jp", 2)
    room.take(1)
    hint = Judgement(Verdict.THROTTLED, "450 4.7.0", retry_after=300, about_domain=True)
    assert [why.retry_after for why in room.end("docomo.ne.jp", hint)] == [300]


def test_after_the_pause_one_letter_probes_and_the_pause_grows_until_it_is_taken() -> None:
    room = Mailroom()
    room.post("docomo.ne.jp")
    room.take()
    room.end("docomo.ne.jp", SLOW_DOWN)
    for pause in (60, 120, 240, 480, 600, 600):
        room.later(pause - 1)
        assert room.post("docomo.ne.jp")[0]
        room.later(1)
        probe, *others = room.post("docomo.ne.jp", 3)
        assert probe is None
        assert [other and other.retry_after for other in others] == [5, 5]
        assert room.take(8) == ["docomo.ne.jp"]
        room.end("docomo.ne.jp", SLOW_DOWN)
    room.later(600)
    room.pass_letters("docomo.ne.jp", 1)
    assert room.post("docomo.ne.jp", 3) == [None] * 3
    room.take()
    assert [why.retry_after for why in room.end("docomo.ne.jp", SLOW_DOWN)] == [60, 60]


def test_a_probe_that_is_lost_makes_room_for_the_next() -> None:
    room = Mailroom()
    room.post("docomo.ne.jp")
    room.take()
    room.end("docomo.ne.jp", SLOW_DOWN)
    room.later(60)
    room.post("docomo.ne.jp")
    room.take()
    room.end("docomo.ne.jp", Judgement(Verdict.UNKNOWN, "lost"))
    room.pass_letters("docomo.ne.jp", 1)
    assert room.post("docomo.ne.jp", 2) == [None, None]


def test_a_relay_that_sends_one_letter_away_is_no_throttling_domain() -> None:
    room = Mailroom()
    room.post("docomo.ne.jp", 9)
    room.take(3)
    assert room.end("docomo.ne.jp", BUSY_RELAY, 2) == []
    room.end("docomo.ne.jp", SENT)
    room.take(3)
    assert len(room.end("docomo.ne.jp", BUSY_RELAY, 3)) == 3  # thrice and nothing taken in between


def test_many_domains_that_throttle_are_one_relay_and_it_is_asked_again_soon() -> None:
    room = Mailroom(16)
    for name in ("docomo.ne.jp", "ward.example", "kashiwa.example"):
        room.post(name)
        room.take()
        room.end(name, SLOW_DOWN)
    room.later(10)
    for name in ("docomo.ne.jp", "ward.example", "kashiwa.example"):
        room.pass_letters(name, 1)
    for name in ("docomo.ne.jp", "ward.example", "kashiwa.example"):
        assert room.post(name) == [None]


def test_a_domain_that_hangs_is_held_while_the_others_go_on() -> None:
    room = Mailroom(8)
    room.post("docomo.ne.jp", 10)
    room.post("ward.example", 100)
    assert Counter(room.take(8)) == {"docomo.ne.jp": 4, "ward.example": 4}
    for _ in range(7):
        assert list(room.domains.hung()) == []
        room.later(1)
        room.end("ward.example")
        room.take()
    room.later(1)
    returned = [(letter.domain, why) for letter, why in room.domains.hung()]
    assert returned == [(b"docomo.ne.jp", Judgement(Verdict.THROTTLED, HUNG, retry_after=60))] * 6
    assert (room.domains.hangs(b"docomo.ne.jp"), room.domains.stuck) == (True, 4)
    assert room.post("docomo.ne.jp")[0]
    room.end("docomo.ne.jp")  # it lives after all
    assert room.post("docomo.ne.jp") == [None]
    assert not room.domains.hangs(b"docomo.ne.jp")


def test_a_probe_that_hangs_holds_its_domain_for_longer() -> None:
    room = Mailroom(2)
    room.post("docomo.ne.jp", 2)
    room.take()
    room.later(8)
    assert len(list(room.domains.hung())) == 1
    room.later(60)
    assert room.post("docomo.ne.jp") == [None]
    assert room.take() == ["docomo.ne.jp"]  # although the first still hangs
    room.later(7)
    assert list(room.domains.hung()) == []
    room.later(1)
    room.domains.hung()
    [refused] = room.post("docomo.ne.jp")
    assert refused
    assert refused.retry_after == 120


def test_when_nothing_ends_at_all_it_is_the_relay_that_hangs() -> None:
    room = Mailroom(8)
    room.post("docomo.ne.jp", 10)
    room.post("ward.example", 10)
    room.take(8)
    room.domains.hung()
    room.later(30)
    assert list(room.domains.hung()) == []


def test_a_slow_domain_is_no_hanging_one() -> None:
    room = Mailroom(8)
    room.post("docomo.ne.jp", 20)
    room.take(8)
    for _ in range(6):
        room.later(7)
        room.end("docomo.ne.jp")
        room.take()
        assert list(room.domains.hung()) == []


def test_time_outs_leave_a_domain_fewer_connections() -> None:
    room = Mailroom(16)
    room.post("docomo.ne.jp", 100)
    room.take(16)
    room.end("docomo.ne.jp", TIMED_OUT, 2)
    assert room.take(16) == []  # 6 in hand, room for 2
    room.end("docomo.ne.jp", TIMED_OUT, 6)
    assert len(room.take(16)) == 1


def test_what_waits_can_be_taken_out() -> None:
    room = Mailroom(4)
    room.post("docomo.ne.jp", 3)
    room.post("ward.example", 2, urgent=True)
    assert len(list(room.domains.empty())) == room.number
    assert room.domains.waiting == 0
    assert room.take(4) == []


def test_a_thousand_domains_are_not_remembered_for_ever() -> None:
    room = Mailroom(4)
    for number in range(3000):
        room.pass_letters(f"school{number}.example", 1)
    assert len(room.domains._lines) <= 1001
