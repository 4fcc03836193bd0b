"""A real clamd on a socket of the test's own, with one signature of ours: no network, no freshclam."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from otayori.messaging.attachments.scanner import is_there

SIGNATURE = "Eicar-Test:0:0:" + b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR".hex()
CONFIG = """Foreground yes
LocalSocket {folder}/clamd.ctl
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
StreamMaxLength {most}
"""


class Clamd:
    """Started and stopped as a story needs it."""

    def __init__(self, folder: Path, most: str = "25M") -> None:
        self.address = str(folder / "clamd.ctl")
        self._config = folder / "clamd.conf"
        self._config.write_text(CONFIG.format(folder=folder, most=most))
        (folder / "signatures").mkdir()
        (folder / "signatures" / "ours.ndb").write_text(f"{SIGNATURE}\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("clamd", path=f"{os.defpath}:/usr/sbin:/usr/local/sbin")
        assert program, "needs Debian's clamav-daemon (.ci/debian-packages)"
        command = [program, "--config-file", str(self._config)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        give_up = time.monotonic() + 60
        while not is_there(self.address):
            assert self._process.poll() is None, "clamd ended"
            assert time.monotonic() < give_up, "clamd does not answer"
            time.sleep(0.1)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None
        Path(self.address).unlink(missing_ok=True)
