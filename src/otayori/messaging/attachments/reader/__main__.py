"""The reader's process: a file on stdin, its name's extension as the argument, the verdict on stdout.

Started by attachments/inspection.py with an empty environment.
"""

import sys

from otayori.messaging.attachments.reader.confinement import confine
from otayori.messaging.attachments.reader.verdict import MOST_OUTPUT


def main(last: str) -> None:
    """Read, judge, tell."""
    confine(MOST_OUTPUT)
    # Not before: all that parses is loaded behind the limits
    from otayori.messaging.attachments.reader.read import read

    sys.stdout.buffer.write(read(last, sys.stdin.buffer.read()).packed())


if __name__ == "__main__":
    main(sys.argv[1])
