"""Have a file read by a process of its own (reader/): with nothing but the file, and little room and time."""

import os
import subprocess
import sys
import tempfile
from typing import IO

from otayori.messaging.attachments.reader.verdict import MOST_OUTPUT, NotAVerdict, Verdict, unpack

SECONDS = 90  # on the clock; the reader's own limit is of its work
_COMMAND = (sys.executable, "-I", "-m", "otayori.messaging.attachments.reader")
_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}  # no settings, no secrets


def inspect(last: str, data: bytes) -> Verdict:
    """Return what the reader says of a file with the extension `last`. Takes up to SECONDS.

    A reader that was stopped by a limit, or fell over, means that the file is not taken.
    """
    with _room() as given, _room() as told:
        given.write(data)
        given.seek(0)
        process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [*_COMMAND, last],
            stdin=given,
            stdout=told,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        )
        try:
            process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            return Verdict(refusal="too heavy")
        finally:
            process.kill()
            process.wait()
        told.seek(0)
        output = told.read(MOST_OUTPUT + 1)
    if process.returncode != 0:
        return Verdict(refusal="too heavy" if process.returncode < 0 else "broken")
    try:
        return unpack(output)
    except NotAVerdict:
        return Verdict(refusal="broken")


def _room() -> IO[bytes]:
    """A file in memory, where the system has such: what a school sends lies on no disk unsealed."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("otayori"), "w+b")
    return tempfile.TemporaryFile()
