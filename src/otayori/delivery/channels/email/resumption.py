"""Resume the relay's TLS session on further connections: no certificates, no signatures again."""

import ssl
from pathlib import Path
from typing import Self


class ResumingContext(ssl.SSLContext):
    """A client's context that offers the last session of the same host.

    asyncio and uvloop have no argument for a session, but both make their TLS object by `wrap_bio`.
    A resumed session is not verified again, so one is offered only to the host name it was verified for,
    and never leaves its context (OpenSSL refuses it elsewhere).
    """

    _sessions: dict[str, ssl.SSLSession]

    @classmethod
    def for_client(cls, ca_file: Path | None) -> Self:
        """Verify as `ssl.create_default_context` does. Raises OSError or ssl.SSLError for a bad file."""
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context._sessions = {}  # SSLContext is made in C, without __init__
        if ca_file is None:
            context.load_default_certs(ssl.Purpose.SERVER_AUTH)
        else:
            context.load_verify_locations(ca_file)
        return context

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """As asyncio calls it, with the session kept for this host."""
        if session is None and isinstance(server_hostname, str):
            session = self._sessions.get(server_hostname)
        return super().wrap_bio(
            incoming, outgoing, server_side=server_side, server_hostname=server_hostname, session=session
        )

    def keep(self, connection: ssl.SSLObject) -> None:
        """Keep a connection's session. Call it once a reply was read.

        TLS 1.3 sends sessions after the handshake, before what the server says first.
        """
        if connection.session is not None and isinstance(connection.server_hostname, str):
            self._sessions[connection.server_hostname] = connection.session
