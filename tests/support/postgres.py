"""A real PostgreSQL of the tests' own: a cluster in a temporary folder, reached by a socket in it and by no port."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

ROLE = "lwise"


@dataclass(frozen=True)
class Cluster:
    """A cluster in ``folder``. PostgreSQL refuses to run as root, so then it runs as the system's ``postgres``."""

    binaries: Path
    folder: Path

    def make(self) -> None:
        self._run("initdb", "--auth=trust", f"--username={ROLE}", "--encoding=UTF8", "--no-locale", "--no-sync")

    def start(self) -> None:
        # No test cuts the power, and what was written survives a server that is stopped at once without fsync too. With
        # it, the server would first flush every file of every database when it comes back.
        settings = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off"
        self._run("pg_ctl", "start", "--wait", f"--log={self.folder / 'log'}", "-o", settings)

    def stop(self) -> None:
        """Stop at once, as in a crash: sessions end where they are, and the log is replayed at the next start."""
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate")

    @property
    def url(self) -> str:
        """The URL of the database that every test finds empty."""
        return f"postgresql://{ROLE}@/postgres?host={self.folder}"

    def emptied(self) -> str:
        """Empty the database, which is faster than to make another, and return its URL."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return self.url

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603  the system's PostgreSQL
            [self.binaries / program, f"--pgdata={self.folder / 'data'}", *arguments],
            cwd=self.folder,
            # The server outlives pg_ctl and would keep a pipe open for ever.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=_user(),
            check=False,
        )
        assert done.returncode == 0, f"{program} failed: {self.log()}"

    def log(self) -> str:
        file = self.folder / "log"
        return file.read_text(errors="replace") if file.exists() else "no log"


def _user() -> str | None:
    return "postgres" if os.geteuid() == 0 else None


def _binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL; Debian puts its server beside the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    found = shutil.which("initdb")
    folders = [*debian, *([Path(found).parent] if found else [])]
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


@contextmanager
def postgres() -> Iterator[Cluster]:
    """Run a cluster, and take it away; the tests that ask for it skip where PostgreSQL is not installed."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("needs PostgreSQL: sudo apt install postgresql")
    # Not in tmp_path: its parents are closed to the user postgres, and a socket's path has at most 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="lwise-pg-"))
    try:
        if user := _user():
            shutil.chown(folder, user)
        cluster = Cluster(binaries, folder)
        cluster.make()
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder)
