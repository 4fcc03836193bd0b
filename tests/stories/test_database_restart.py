"""PostgreSQL is restarted while a worker sends: nothing is lost and nothing goes twice.

The installation is one of its own, with the connection pool of production, since the other tests' server must
stay up. Its Django part runs in `other_ward.py`; this process looks at the rows with bare SQL.
"""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from otayori.core import crypto
from otayori.delivery.channels.webpush.vapid import new_private_key_pem
from otayori.ops.postgres import EmbeddedPostgres, temporary_postgres
from tests.stories.processes import ROOT, until, worker
from tests.stories.relay import addresses, copies, slow_relay

pytestmark = pytest.mark.processes

MANY = 4000  # twice what a worker takes at once: some is claimed before the restart, some after


def installation(postgres: EmbeddedPostgres, smtp_url: str, folder: Path) -> dict[str, str]:
    """The environment of an installation as operators set it up, but for the profile's name."""
    crypto.new_master_key_file(folder / "master.json")
    (folder / "vapid.pem").write_bytes(new_private_key_pem())
    others = {name: value for name, value in os.environ.items() if not name.startswith("OTAYORI_")}
    return others | {
        "OTAYORI_PROFILE": "demo",
        "OTAYORI_SECRET_KEY": "story" * 12,
        "OTAYORI_DATABASE_URL": postgres.url(),
        "OTAYORI_SMTP_URL": smtp_url,
        "OTAYORI_MAIL_FROM": "otayori@ward.example",
        "OTAYORI_BASE_URL": "http://localhost:8000",
        "OTAYORI_MASTER_KEY_FILE": str(folder / "master.json"),
        "OTAYORI_VAPID_KEY_FILE": str(folder / "vapid.pem"),
        "OTAYORI_DATA_DIR": str(folder),
    }


def rows(postgres: EmbeddedPostgres) -> dict[str, int]:
    """How many deliveries there are in each status; nothing while the database is away."""
    try:
        with psycopg.connect(postgres.url()) as connection:
            found = connection.execute("SELECT status, count(*) FROM delivery_delivery GROUP BY status")
            return dict(found.fetchall())
    except psycopg.OperationalError:
        return {}


def test_a_restart_of_the_database_costs_nobody_their_mail(tmp_path: Path) -> None:
    with temporary_postgres() as postgres, slow_relay(0.002).running_in_thread() as relay:
        environ = installation(postgres, relay.url("?starttls=never"), tmp_path)
        ward = [sys.executable, "-m", "tests.stories.other_ward", str(MANY)]
        subprocess.run(ward, env=environ, cwd=ROOT, check=True)
        with worker(environ):
            until(lambda: len(relay.received) >= 600, "the worker is in the middle")
            postgres.restart()
            assert rows(postgres).get("sent", 0) < MANY, "restarted too late for this story"
            relay.rules.clear()
            # Should the restart have cut off the answer to a claim, its lease of 90 s has to run out.
            until(lambda: rows(postgres) == {"sent": MANY}, "all sent", patience=180)

    assert copies(relay) == dict.fromkeys(addresses(MANY), 1)
