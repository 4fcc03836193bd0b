"""The two sinks of a fault run, and the thread they live in."""

from functools import partial

from bench.chaos.mail_sink import MailSink
from bench.chaos.plan import WORKERS, Weather
from bench.chaos.push_sink import PushSink
from bench.chaos.sinks import World


class Outside:
    """The two sinks and the thread they live in."""

    def __init__(self, seed: int, dead: frozenset[str]) -> None:
        self.world = World()
        self.mail = self.world.make(partial(MailSink, seed, dead))
        self.push = self.world.make(partial(PushSink, seed + 1, dead))
        self.ports = {worker: self.world.do(self.mail.listen(worker)) for worker in range(1, WORKERS + 1)}
        self.push_origin = f"http://127.0.0.1:{self.world.do(self.push.listen())}"

    def turn(self, weather: Weather) -> None:
        self.world.do((self.mail if weather.sink == "mail" else self.push).turn(weather.kind))

    def close(self) -> None:
        for sink in (self.mail, self.push):
            self.world.do(sink.close())
        self.world.end()
