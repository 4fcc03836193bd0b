"""The ground tests stand on: a PostgreSQL of their own, keys, and the cast of the stories."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django
import pytest
import pytest_django
from hypothesis import HealthCheck, settings

from otayori.delivery.channels.webpush.vapid import new_private_key_pem
from otayori.ops.postgres import EmbeddedPostgres

if TYPE_CHECKING:  # models can't be imported before Django is set up, below
    from tests.cast import Cast
    from tests.recorded import Recording

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

# A machine that is busy with other things makes nothing wrong that is right
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")


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


@pytest.fixture(scope="session", autouse=True)
def _quick_to_empty() -> Iterator[None]:
    """What Django does after each test that commits, done in less time."""
    from tests.emptied import empty

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.test.TransactionTestCase._fixture_teardown", lambda _case: empty())
        yield


@pytest.fixture(autouse=True)
def _keys_of_this_test_alone(request: pytest.FixtureRequest) -> Iterator[None]:
    """Unwrapped keys are kept in the process; tables that a test emptied must not meet older ones."""
    yield
    if request.node.get_closest_marker("django_db") or "transactional_db" in request.fixturenames:
        from otayori.core import crypto

        crypto.forget()


@pytest.fixture(scope="session")
def recording(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> "Recording":
    """The cast, written down before the first test that needs it: see tests/recorded.py."""
    from tests.recorded import record

    with django_db_blocker.unblock():
        return record()


@pytest.fixture
def cast(recording: "Recording", db: None) -> "Cast":
    """The people of the stories: see tests/cast.py."""
    from tests.recorded import bring_back

    return bring_back(recording)
