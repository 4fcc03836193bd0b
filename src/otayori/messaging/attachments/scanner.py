"""Ask clamd whether a file is harmful (INSTREAM: https://docs.clamav.net/manual/Usage/Scanning.html)."""

import socket
from contextlib import closing

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 120.0  # a large archive takes its time
_PIECE = 64 * 1024
_MOST_ANSWER = 4096

Address = tuple[str, int] | str  # host and port, or the path of a socket


class ScannerAway(Exception):
    """No answer that says yes or no: nothing is known about the file."""


def is_harmful(address: Address, data: bytes) -> bool:
    """Return whether the scanner found something. Raises `ScannerAway`, also if it was not scanned."""
    answer = _ask(address, b"zINSTREAM\0", data)
    if answer == "stream: OK":
        return False
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return True
    raise ScannerAway(answer[:100])


def is_there(address: Address) -> bool:
    """Tell whether the scanner answers."""
    try:
        return _ask(address, b"zPING\0") == "PONG"
    except ScannerAway:
        return False


def _ask(address: Address, command: bytes, data: bytes | None = None) -> str:
    try:
        with closing(_connect(address)) as line:
            line.settimeout(ANSWER_SECONDS)
            line.sendall(command)
            if data is not None:
                _stream(line, data)
            return _answer(line)
    except OSError as error:
        raise ScannerAway(type(error).__name__) from error


def _connect(address: Address) -> socket.socket:
    if isinstance(address, tuple):
        return socket.create_connection(address, timeout=CONNECT_SECONDS)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(CONNECT_SECONDS)
    try:
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line


def _stream(line: socket.socket, data: bytes) -> None:
    view = memoryview(data)
    for start in range(0, len(view), _PIECE):
        piece = view[start : start + _PIECE]
        line.sendall(len(piece).to_bytes(4, "big"))
        line.sendall(piece)
    line.sendall(bytes(4))


def _answer(line: socket.socket) -> str:
    answer = bytearray()
    while piece := line.recv(_MOST_ANSWER):
        answer += piece
        if b"\0" in piece or len(answer) > _MOST_ANSWER:
            break
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()
