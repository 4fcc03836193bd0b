"""A push service on loopback as the browsers' are: HTTP/2 over TLS (nginx); answers at once or later."""

import datetime
import ipaddress
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench.ground import HERE, free_port, wait_for_port

# The inner server answers, the outer one passes on: with a bare `return 201` an HTTP/2 connection breaks
# after some 12,800 requests.
_NGINX = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  client_body_buffer_size 16k;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream answering {{ server 127.0.0.1:{inner}; keepalive 1024; }}
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {folder}/push.pem;
    ssl_certificate_key {folder}/push.key;
    location / {{
      proxy_pass http://answering;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }}
  }}
  {at_once}
}}
"""
_AT_ONCE = "server {{ listen 127.0.0.1:{inner} backlog=4096; location / {{ return 201; }} }}"


@dataclass(frozen=True)
class PushSink:
    """A running push service."""

    origin: str
    ca_file: Path
    pid: int


@contextmanager
def push_sink(*, delay: int = 0, answering: int | None = None) -> Iterator[PushSink]:
    """Run nginx; behind it answers what listens on port `answering`, or a server of ours after `delay` ms."""
    port, inner = free_port(), answering or free_port()
    with tempfile.TemporaryDirectory(prefix="otayori-push-") as name, ExitStack() as running:
        folder = Path(name)
        folder.chmod(0o711)
        _write_certificate(folder / "push.pem", folder / "push.key")
        user = "user root;" if os.geteuid() == 0 else ""
        at_once = "" if delay or answering else _AT_ONCE.format(inner=inner)
        config = folder / "nginx.conf"
        config.write_text(_NGINX.format(user=user, folder=folder, port=port, inner=inner, at_once=at_once))
        if delay:
            words = ["-m", "bench.slow_push", f"--port={inner}", f"--delay={delay}"]
            running.enter_context(_process([sys.executable, *words]))
        command = ["/usr/sbin/nginx", "-e", str(folder / "error.log"), "-p", name, "-c", str(config)]
        pid = running.enter_context(_process(command))
        wait_for_port(inner)
        wait_for_port(port)
        yield PushSink(f"https://127.0.0.1:{port}", folder / "push.pem", pid)


@contextmanager
def _process(command: list[str]) -> Iterator[int]:
    process = subprocess.Popen(command, cwd=HERE)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


def _write_certificate(certificate: Path, key: Path) -> None:
    """A self-signed certificate for 127.0.0.1, good for a day."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "push service of the bench")])
    loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - day).not_valid_after(now + day)
    builder = builder.add_extension(x509.SubjectAlternativeName([loopback]), critical=False)
    certificate.write_bytes(builder.sign(private, hashes.SHA256()).public_bytes(Encoding.PEM))
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
