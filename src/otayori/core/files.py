"""The file store: bytes sealed under a keyset, by Django's storage "files" (a folder, or any other backend).

Names in the store tell nothing. A file opens under its own name alone; destroying a keyset erases all that
was sealed under it, backups included (see core/crypto.py).
"""

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from otayori.core import crypto


class FileMissing(Exception):
    """The store has no such file: it was deleted, or the folder is not this installation's."""


def put(keyset: str, name: str, data: bytes) -> None:
    """Keep `data` under `name` ("<uuid>", "<uuid>/page-1"); what lay there before is replaced."""
    store = storages["files"]
    sealed = crypto.seal_bytes(keyset, data, _place(name))
    store.delete(name)
    if store.save(name, ContentFile(sealed)) != name:
        raise FileExistsError(name)  # somebody wrote it at the same moment: names are never shared


def get(keyset: str, name: str) -> bytes:
    """Return what `put` kept. Raises `FileMissing`, `crypto.KeyMissing`, or `tink.TinkError` if changed."""
    try:
        with storages["files"].open(name) as kept:
            sealed: bytes = kept.read()
    except FileNotFoundError as error:
        raise FileMissing(name) from error
    return crypto.unseal_bytes(keyset, sealed, _place(name))


def delete(name: str) -> None:
    """Delete a file; one that is not there is no error."""
    storages["files"].delete(name)


def _place(name: str) -> str:
    return f"file.{name}"
