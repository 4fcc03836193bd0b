"""The file store: sealed, for its own name alone."""

import pytest
import tink
from django.core.files.storage import storages

from otayori.core import crypto, files
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_what_is_put_comes_back_and_lies_sealed(cast: Cast) -> None:
    files.put(crypto.WARD, "box/one", b"names of children")
    files.put(crypto.WARD, "box/one", b"names of pupils")
    assert files.get(crypto.WARD, "box/one") == b"names of pupils"
    with storages["files"].open("box/one") as kept:
        assert b"names" not in kept.read()


def test_a_file_opens_under_its_own_name_and_key_alone(cast: Cast) -> None:
    files.put(crypto.WARD, "box/one", b"1")
    with storages["files"].open("box/one") as kept:
        sealed = kept.read()
    storages["files"].delete("box/two")
    from django.core.files.base import ContentFile

    storages["files"].save("box/two", ContentFile(sealed))
    with pytest.raises(tink.TinkError):
        files.get(crypto.WARD, "box/two")
    with pytest.raises(tink.TinkError):
        files.get(crypto.school_keyset(cast.sakura.id), "box/one")


def test_folders_are_listed_and_deleted(cast: Cast) -> None:
    files.put(crypto.WARD, "shelf/a/1", b"1")
    files.put(crypto.WARD, "shelf/b/1", b"1")
    assert files.folders("shelf") == ["a", "b"]
    assert files.names("shelf/a") == ["1"]
    assert files.written_at("shelf/a/1")
    files.delete_folder("shelf/a")
    files.delete_folder("shelf/a")
    assert files.folders("shelf") == ["b"]
    assert files.names("nowhere") == files.folders("nowhere") == []
    files.delete("shelf/b/1")
    files.delete("shelf/b/1")
    with pytest.raises(files.FileMissing):
        files.get(crypto.WARD, "shelf/b/1")


def test_a_name_leads_nowhere_else(cast: Cast) -> None:
    from django.core.exceptions import SuspiciousFileOperation

    with pytest.raises(SuspiciousFileOperation):
        files.put(crypto.WARD, "../outside", b"1")
