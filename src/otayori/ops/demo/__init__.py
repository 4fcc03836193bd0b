"""The demo ward: 55 schools, 17,000 children, 20,000 guardians; the same people every time it is made."""

from otayori.ops.demo.greeting import sign_ins
from otayori.ops.demo.make import fill, is_filled

__all__ = ["fill", "is_filled", "sign_ins"]
