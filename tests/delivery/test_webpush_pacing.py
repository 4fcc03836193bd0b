"""How a push service is paced, with a clock of the test's own: windows grow, shrink, pause and start anew."""

from collections import Counter
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

import pytest

from otayori.delivery.channels.webpush.exchange import Answer, Failure, Limits, Post
from otayori.delivery.channels.webpush.queueing import Origin, Start, TurnedAway

LIMITS = Limits(max_connections=16, streams=100, hang_after=8, busy_for=10, total_timeout=30)
CREATED = Answer(201)


@dataclass(eq=False)
class Errand:
    number: int = 0
    urgent: bool = False
    origin: str = "https://push.example"

    def post(self) -> Post | None:
        return None

    def settle(self, answer: Answer) -> bool:
        return False


@dataclass
class Service:
    """A push service as arithmetic: answers after `delay`, at most `rate` a second, in order."""

    delay: float = 0.1
    rate: float = 1e9
    now: float = 1000.0
    free_at: float = 0.0
    out: list[tuple[float, int, Start]] = field(default_factory=list)
    largest: int = 0

    def __post_init__(self) -> None:
        self.origin = Origin("https://push.example", LIMITS)
        self._numbers = count()

    def post(self, errands: int, *, urgent: bool = False) -> None:
        for number in range(errands):
            self.origin.add(Errand(number, urgent), self.now)

    def start(self) -> int:
        started = 0
        while start := self.origin.next(self.now):
            self.free_at = max(self.now, self.free_at) + 1 / self.rate
            heappush(self.out, (self.free_at + self.delay, next(self._numbers), start))
            started += 1
        self.largest = max(self.largest, len(self.out))
        return started

    def answer(self, answer: Answer = CREATED) -> TurnedAway:
        """The next answer comes; what shares its fate, or is turned away then."""
        self.now, _, start = heappop(self.out)
        fate = self.origin.settle(start, answer, http2=True, now=self.now)
        return fate + self.origin.turn_away(self.now)

    def work_off(self) -> float:
        """Answer everything; seconds it took."""
        begun = self.now
        self.start()
        while self.out:
            self.answer()
            self.start()
        return self.now - begun


def test_a_far_push_service_gets_as_many_connections_as_pay() -> None:
    """One connection of 100 streams would take 20 s for 20,000 posts at 100 ms."""
    far = Service(delay=0.1)
    far.post(20_000)

    assert far.work_off() < 5
    assert far.largest > 400


def test_a_near_push_service_gets_one_connection() -> None:
    near = Service(delay=0.0005, rate=10_000)
    near.post(20_000)

    near.work_off()

    assert near.largest <= LIMITS.streams


def test_a_push_service_at_its_limit_gets_no_more_than_it_can_use() -> None:
    """It answers 1,500 a second whatever is thrown at it; a second connection pays, a fourth does not."""
    slow = Service(delay=0.1, rate=1_500)
    slow.post(20_000)

    slow.work_off()

    assert 100 < slow.largest <= 400


def known(posts: int = 0) -> Service:
    """A push service that has answered, with posts waiting for it."""
    service = Service()
    service.post(1)
    service.work_off()
    service.post(posts)
    return service


def test_the_first_answer_opens_the_connection_for_many() -> None:
    service = Service()
    service.post(1000)
    assert service.start() == 3  # carefully; one place is kept for urgent posts
    service.answer()
    assert service.start() == 88


def test_a_place_is_kept_for_urgent_posts() -> None:
    service = known(1000)
    service.start()
    assert len(service.out) == 90
    service.post(20, urgent=True)
    assert service.start() == 10


def test_a_pause_it_asks_for_turns_away_what_waits_with_the_time_left() -> None:
    service = known(1000)
    service.start()

    away = service.answer(Answer(429, retry_after=60))

    assert len(away) == 910
    assert {(answer.failure, answer.retry_after) for _, answer in away} == {(Failure.PAUSED, 60)}
    service.now += 5
    service.post(1)
    assert service.start() == 0
    [(_, later)] = service.origin.turn_away(service.now)
    assert later == Answer(failure=Failure.PAUSED, retry_after=pytest.approx(55))


def test_an_urgent_post_tries_its_luck_in_a_pause_and_ends_it() -> None:
    service = known(0)
    service.post(1)
    service.start()
    service.answer(Answer(429, retry_after=60))
    service.post(5, urgent=True)

    assert service.start() == 1  # one at a time, until it is answered
    service.answer(CREATED)
    assert service.start() == 4
    service.post(1)
    assert service.start() == 1


def test_after_a_pause_one_post_goes_first() -> None:
    service = known(0)
    service.post(1)
    service.start()
    service.answer(Answer(503, retry_after=5))
    service.now += 6
    service.post(10)

    assert service.start() == 1
    assert service.answer(Answer(429, retry_after=7)) != []  # still too early: the others come again
    service.now += 8
    service.post(10)
    assert service.start() == 1
    service.answer(CREATED)
    assert service.start() == 9


def test_a_device_with_too_many_messages_does_not_pause_the_service_but_refusals_in_a_row_do() -> None:
    service = known(1000)
    service.start()
    assert service.answer(Answer(429)) == []
    service.answer(CREATED)
    paused = [service.answer(Answer(429)) for _ in range(8)]
    assert [bool(away) for away in paused] == [False] * 7 + [True]


@pytest.mark.parametrize("trouble", [Answer(429), Answer(500), Answer(503), Answer(failure=Failure.LOST)])
def test_trouble_halves_once_for_all_that_was_under_way(trouble: Answer) -> None:
    service = known(1000)
    service.start()
    for _ in range(5):  # in one volley
        service.answer(trouble)
    while len(service.out) > 45:
        service.answer(CREATED)
        assert service.start() == 0
    service.answer(CREATED)
    assert service.start() == 1  # 50, five of them kept for urgent posts


def test_what_waits_for_a_push_service_that_hangs_is_told_and_one_post_tries_anew() -> None:
    service = known(1000)
    service.start()
    service.now += 7
    assert service.origin.turn_away(service.now) == []
    service.now += 1

    away = service.origin.turn_away(service.now)

    assert Counter((answer.failure, answer.retry_after) for _, answer in away) == {(Failure.BUSY, 10): 910}
    service.now += 11
    service.post(10)
    hanging = len(service.out)
    assert service.start() == 1
    assert service.out[-1][2].era == 1 or any(start.era == 1 for _, _, start in service.out)
    assert len(service.out) == hanging + 1


def test_an_urgent_post_tries_a_hanging_push_service_at_once_and_only_then_comes_again() -> None:
    service = known(200)
    service.start()
    service.post(30, urgent=True)
    service.start()
    service.now += 8
    assert {errand.urgent for errand, _ in service.origin.turn_away(service.now)} == {False}
    assert service.start() == 1  # over a fresh connection
    service.now += 8

    away = service.origin.turn_away(service.now)

    assert {(errand.urgent, answer.failure) for errand, answer in away} == {(True, Failure.BUSY)}


def test_a_late_answer_of_one_written_off_shows_that_it_lives() -> None:
    service = known(200)
    service.start()
    service.now += 8
    service.origin.turn_away(service.now)
    _, _, start = service.out[0]

    service.origin.settle(start, CREATED, http2=True, now=service.now)

    service.post(50)
    assert service.start() == 50


def test_what_could_not_start_in_time_comes_again() -> None:
    service = known(91)
    service.start()
    service.now += 7
    for _ in range(4):  # it answers, but too slowly for all
        service.origin.settle(heappop(service.out)[2], CREATED, http2=True, now=service.now)
        service.now += 7
        service.origin.add(Errand(urgent=False), service.now)
    away = service.origin.turn_away(service.now + 3)
    assert all(answer.failure is Failure.BUSY for _, answer in away)


def test_a_push_service_that_cannot_be_reached_is_not_tried_by_the_whole_queue() -> None:
    service = Service()
    service.post(1000)
    service.start()

    away = service.answer(Answer(failure=Failure.DNS))

    assert len(away) == 997
    assert {answer.failure for _, answer in away} == {Failure.DNS}


def test_one_lost_connection_of_many_only_makes_it_careful() -> None:
    service = known(1000)
    service.start()
    assert service.answer(Answer(failure=Failure.CONNECT)) == []
    assert service.start() == 0
