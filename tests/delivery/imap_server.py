"""A real IMAP server: Dovecot on loopback, with and without TLS, one user and one Maildir."""

import getpass
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.delivery.smtp_certificate import throwaway_certificate

USER, PASSWORD = "bounces", 'as "secret" as {can} be'

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
mail_location = maildir:{folder}/mail
first_valid_uid = 1
first_valid_gid = 1
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail
}}
"""


@dataclass(frozen=True)
class ImapServer:
    """A running server."""

    port: int
    tls_port: int
    certificate: Path
    maildir: Path
    owner: int

    def deliver(self, mail: bytes, name: str) -> None:
        """Put a mail into the mailbox, as a delivery agent does."""
        path = self.maildir / "new" / name
        path.write_bytes(mail)
        os.chown(path, self.owner, -1)

    def folder(self, name: str) -> list[bytes]:
        """The mails in a folder; "" is the INBOX."""
        place = self.maildir / f".{name}" if name else self.maildir
        return [path.read_bytes() for kind in ("new", "cur") for path in sorted((place / kind).glob("*"))]


@contextmanager
def imap_server() -> Iterator[ImapServer]:
    """Run Dovecot while the test lasts; started by root, its parts run as the users its package made."""
    folder = Path(tempfile.mkdtemp(prefix="otayori-imap-"))
    folder.chmod(0o711)
    server = _lay_out(folder)
    process = subprocess.Popen(["dovecot", "-F", "-c", str(folder / "conf")])
    try:
        _wait_for(server.port, process)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _lay_out(folder: Path) -> ImapServer:
    me = pwd.getpwuid(os.getuid())
    as_root = me.pw_uid == 0
    owner = pwd.getpwnam("nobody") if as_root else me
    group = grp.getgrgid(owner.pw_gid).gr_name
    server = ImapServer(
        _free_port(), _free_port(), throwaway_certificate(folder), folder / "mail", owner.pw_uid
    )
    for kind in ("tmp", "new", "cur"):
        (server.maildir / kind).mkdir(parents=True)
    for place in (server.maildir, *server.maildir.iterdir()):
        os.chown(place, owner.pw_uid, owner.pw_gid)
    (folder / "state").mkdir()
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    (folder / "conf").write_text(
        _CONFIG.format(
            folder=folder, certificate=server.certificate, port=server.port, tls_port=server.tls_port,
            internal="dovecot" if as_root else getpass.getuser(),
            internal_group="dovecot" if as_root else group,
            login="dovenull" if as_root else getpass.getuser(),
            uid=owner.pw_uid, gid=owner.pw_gid,
        )
    )  # fmt: skip
    return server


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        assert process.poll() is None, "Dovecot did not start"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("Dovecot does not listen")
