"""The file store: bytes sealed under a keyset, by Django's storage "files" (a folder, or any other backend).

Names in the store tell nothing. A file opens under its own name alone; destroying a keyset erases all that
was sealed under it, backups included (see core/crypto.py).
"""

from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from otayori.core import crypto


class FileMissing(Exception):
    """The store has no such file: it was deleted, or the folder is not this installation's."""


def put(keyset: str, name: str, data: bytes) -> None:
    """Keep `data` under `name` ("<folder>/<uuid>/page-1"); what lay there before is replaced."""
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


def names(folder: str) -> list[str]:
    """Return the names of the files in a folder, without the folder's; none where it does not exist."""
    return sorted(_listed(folder)[1])


def folders(folder: str) -> list[str]:
    """Return the names of the folders in a folder, without the folder's."""
    return sorted(_listed(folder)[0])


def delete_folder(folder: str) -> None:
    """Delete a folder of files; one that is not there is no error."""
    for name in names(folder):
        delete(f"{folder}/{name}")
    delete(folder)


def written_at(name: str) -> datetime:
    """Return when a file, or a folder of a file system, was last written."""
    return storages["files"].get_modified_time(name)


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        found: tuple[list[str], list[str]] = storages["files"].listdir(folder)
    except FileNotFoundError:
        return [], []
    return found


def _place(name: str) -> str:
    return f"file.{name}"
