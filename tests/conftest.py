"""The ground tests stand on: a PostgreSQL of their own, keys, and the cast of the stories."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest

from otayori.delivery.channels.webpush.vapid import new_private_key_pem
from otayori.ops.postgres import EmbeddedPostgres

_SCRATCH = Path(tempfile.mkdtemp(prefix="otayori-tests-"))
_SCRATCH.chmod(0o711)  # PostgreSQL runs as another user when we are root
_POSTGRES = EmbeddedPostgres(_SCRATCH / "postgres", fast_for_tests=True)


def _prepare_environment() -> None:
    """Set what settings.py reads. Done at import, before pytest-django looks; child processes inherit it."""
    for name in [name for name in os.environ if name.startswith("OTAYORI_")]:
        del os.environ[name]
    vapid = _SCRATCH / "vapid.pem"
    vapid.write_bytes(new_private_key_pem())
    vapid.chmod(0o600)
    master = _SCRATCH / "master.json"
    master.touch()
    (_SCRATCH / "postgres").mkdir()
    os.environ |= {
        "OTAYORI_PROFILE": "test",
        "OTAYORI_DATABASE_URL": _POSTGRES.url(),
        "OTAYORI_MASTER_KEY_FILE": str(master),
        "OTAYORI_VAPID_KEY_FILE": str(vapid),
        "OTAYORI_DATA_DIR": str(_SCRATCH),
        "DJANGO_SETTINGS_MODULE": "otayori.config.settings",
    }


_prepare_environment()
django.setup()


def pytest_unconfigure() -> None:
    """Stop what was started and leave nothing behind."""
    _POSTGRES.stop()
    shutil.rmtree(_SCRATCH, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> EmbeddedPostgres:
    """The running server; started when the first test needs it."""
    from otayori.core import crypto

    _POSTGRES.start()
    master = _SCRATCH / "master.json"
    if master.stat().st_size == 0:
        master.unlink()
        crypto.new_master_key_file(master)
    return _POSTGRES


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres: EmbeddedPostgres) -> None:
    """Make pytest-django wait for the server before it makes the test database."""


@pytest.fixture(autouse=True)
def _keys_of_this_test_alone(request: pytest.FixtureRequest) -> Iterator[None]:
    """Unwrapped keys are kept in the process; tables that a test emptied must not meet older ones."""
    yield
    if request.node.get_closest_marker("django_db") or "transactional_db" in request.fixturenames:
        from otayori.core import crypto

        crypto.forget()


@pytest.fixture
def cast(db: None):  # type: ignore[no-untyped-def]
    """The people of the stories: see tests/cast.py."""
    from tests.cast import gather

    return gather()
