"""A demo ward for tests: a child in six, but everybody of the cast, and every kind of school."""

from otayori.ops.demo.plan import Size

SMALL = Size(kindergartens=1, elementaries=2, junior_highs=1, special_needs=1, class_size=0.15, guardians=280)
