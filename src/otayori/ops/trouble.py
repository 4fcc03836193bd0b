"""What the command line tells when it cannot go on: what happened and what to do, in Japanese and English."""


class Trouble(Exception):
    """Something the operator can put right. The command line prints it and ends with code 1."""

    def __init__(self, japanese: str, english: str) -> None:
        super().__init__(f"{japanese}\n{english}")


class Unreachable(Trouble):
    """A server we need does not answer; it may come back by itself."""
