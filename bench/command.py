"""A part of the kit as a command: its options, and an end that leaves nothing running."""

import argparse
import signal
import sys


def arguments(description: str | None, *, recipients: int, runs: int = 5) -> argparse.ArgumentParser:
    """The options that parts share. From here on SIGTERM ends what the part started, too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwinds the `with` blocks
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipients", type=int, default=recipients, help=f"default {recipients}")
    parser.add_argument("--runs", type=int, default=runs, help=f"default {runs}")
    return parser
