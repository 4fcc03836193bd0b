"""While an emergency is on its way, or announced, the other lanes rest; but not for ever."""

from otayori.delivery.rest import BEFORE, LONGEST, Rest


class Morning:
    """A clock and a worker, both set by hand."""

    def __init__(self) -> None:
        self.now, self.busy = 1000.0, False
        self.rest = Rest(lambda: self.busy, lambda: self.now)

    def after(self, seconds: float) -> bool:
        self.now += seconds
        return self.rest.is_on


def test_nothing_rests_on_a_quiet_morning() -> None:
    assert not Morning().after(0)


def test_the_others_rest_from_the_announcement_until_the_emergency_is_out() -> None:
    morning = Morning()
    morning.rest.expect()
    assert morning.after(0.5)
    morning.busy = True
    assert morning.after(BEFORE + 1)
    morning.busy = False
    assert not morning.after(0.1)


def test_an_emergency_that_does_not_come_holds_nobody_up() -> None:
    morning = Morning()
    morning.rest.expect()
    assert not morning.after(BEFORE)


def test_behind_a_relay_that_hangs_with_it_the_others_go_on() -> None:
    morning = Morning()
    morning.rest.expect()
    morning.busy = True
    assert morning.after(LONGEST - 1)
    assert not morning.after(2)
    assert not morning.after(60)


def test_the_next_emergency_is_given_way_although_the_last_still_hangs() -> None:
    morning = Morning()
    morning.busy = True
    assert morning.after(0)
    assert not morning.after(LONGEST + 10)
    morning.rest.expect()
    assert morning.after(1)
    assert not morning.after(LONGEST)
