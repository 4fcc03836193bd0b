"""Encryption at rest: a master key outside the database, one keyset a school and one for the ward.

Key tree (design.md 3): the master key (a file) wraps keysets; a keyset seals texts with AES-256-GCM and
the row's place as associated data, so that a value copied to another row or column does not open.
Destroying a keyset erases all that was sealed under it, backups included.
"""

import base64
import hashlib
import io
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Protocol
from uuid import UUID

import tink
from django.conf import settings
from django.db import connection
from tink import aead, cleartext_keyset_handle, prf

from otayori.core.connections import apart

WARD = "ward"
LOOKUP = "lookup"

aead.register()
prf.register()


class Aead(Protocol):
    def encrypt(self, plaintext: bytes, associated_data: bytes) -> bytes: ...
    def decrypt(self, ciphertext: bytes, associated_data: bytes) -> bytes: ...


class KeyMissing(RuntimeError):
    """The keyset is not there: it was destroyed, or the database belongs to another master key."""


def school_keyset(school_id: UUID) -> str:
    """Return the name of a school's keyset."""
    return f"school:{school_id}"


def new_master_key_file(path: Path) -> None:
    """Write a fresh master key to `path`, readable by its owner alone; never overwrites one."""
    handle = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
    text = io.StringIO()
    cleartext_keyset_handle.write(tink.JsonKeysetWriter(text), handle)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text.getvalue())


@cache
def _master() -> Aead:
    path = settings.OTAYORI_MASTER_KEY_FILE
    if path is None:  # profile "test": a key of the process's own
        return tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM).primitive(aead.Aead)  # type: ignore[no-any-return]
    handle = cleartext_keyset_handle.read(tink.JsonKeysetReader(Path(path).read_text()))
    return handle.primitive(aead.Aead)  # type: ignore[no-any-return]


_keysets: dict[str, tink.KeysetHandle] = {}
_aeads: dict[str, Aead] = {}
_prf: list[prf.PrfSet] = []


def forget() -> None:
    """Drop the unwrapped keys kept in this process (after a keyset was destroyed, or in tests)."""
    _keysets.clear()
    _aeads.clear()
    _prf.clear()


def ensure_keysets(names: Iterable[str]) -> None:
    """Make sure that the keysets exist, whatever becomes of the caller's transaction.

    They are written over a connection of their own: a key that were rolled back with its caller
    while this process kept it would seal texts that nobody could ever open again.
    """
    missing = [name for name in names if name not in _keysets]
    if not missing:
        return
    with apart() as own:
        for name in missing:
            template = (
                prf.prf_key_templates.HMAC_SHA256 if name == LOOKUP else aead.aead_key_templates.AES256_GCM
            )
            wrapped = tink.proto_keyset_format.serialize_encrypted(
                tink.new_keyset_handle(template), _master(), name.encode()
            )
            own.execute(
                "INSERT INTO core_keyset (name, wrapped, created_at) VALUES (%s, %s, now())"
                " ON CONFLICT DO NOTHING",
                (name, wrapped),
            )


def _keyset(name: str) -> tink.KeysetHandle:
    if name not in _keysets:
        with connection.cursor() as cursor:  # every page that shows a name, once a process and school
            cursor.execute("SELECT wrapped FROM core_keyset WHERE name = %s", [name])
            row = cursor.fetchone()
        if row is None:
            raise KeyMissing(name)
        _keysets[name] = tink.proto_keyset_format.parse_encrypted(bytes(row[0]), _master(), name.encode())
    return _keysets[name]


def _aead(name: str) -> Aead:
    if name not in _aeads:
        _aeads[name] = _keyset(name).primitive(aead.Aead)
    return _aeads[name]


def seal(keyset: str, text: str, place: str) -> bytes:
    """Encrypt `text` for its `place` ("table.column.row id") under the keyset named."""
    return seal_bytes(keyset, text.encode(), place)


def unseal(keyset: str, sealed: bytes, place: str) -> str:
    """Decrypt what `seal` made. Raises `KeyMissing`, or `tink.TinkError` for a text from another place."""
    return unseal_bytes(keyset, sealed, place).decode()


def seal_bytes(keyset: str, data: bytes, place: str) -> bytes:
    """Encrypt `data` for its `place` under the keyset named."""
    return _aead(keyset).encrypt(data, place.encode())


def unseal_bytes(keyset: str, sealed: bytes, place: str) -> bytes:
    """Decrypt what `seal_bytes` made; raises as `unseal` does."""
    return _aead(keyset).decrypt(sealed, place.encode())


def lookup_key(purpose: str, value: str) -> bytes:
    """Return 16 bytes by which `value` can be found without being stored: a keyed hash (PRF).

    `purpose` keeps apart equal values of different columns ("email", "sheet token").
    """
    if not _prf:
        _prf.append(_keyset(LOOKUP).primitive(prf.PrfSet))
    return _prf[0].primary().compute(f"{purpose}\0{value}".encode(), 16)  # type: ignore[no-any-return]


def fingerprint(data: bytes) -> str:
    """Return a short name for public data (a key, a plan): base64url of 12 bytes of its SHA-256."""
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()[:12]).decode()
