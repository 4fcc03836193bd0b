"""Identifiers shown outside: UUIDv7 (RFC 9562), so that new rows stay together in an index."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """Return a fresh UUIDv7."""
    return uuid_utils.compat.uuid7()
