"""Files that are damaged on the disk: each is said by name with what to do, and the rest goes on."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import requests

from benchmarks.chaos.app_server import app_server
from benchmarks.chaos.full_disk import ended
from benchmarks.chaos.kills import job_command
from benchmarks.chaos.outcome import Outcome, require, tried
from benchmarks.classroom_load import small_course
from lwise_core._utils.assets import asset
from lwise_core.teaching.courses.course import MANIFEST
from lwise_core.teaching.records.store import Records, address
from lwise_core.teaching.server import CourseLibrary, CourseServer
from tests.support.jobs import phantom_set


def records(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Damage the file of the records, and ask for the next trial of a sitting."""
    home = folder / "home"
    course = small_course(home / "courses" / "c")
    with Records.open(url=address(home=home)) as opened:
        token = CourseServer(CourseLibrary(home / "courses"), opened).enrol(course, participant="chaos").token
    kept = (home / "records.db").read_bytes()

    def damaged(_: int) -> None:
        for log in home.glob("records.db-*"):
            log.unlink()
        (home / "records.db").write_bytes(_scribbled(kept, lottery))
        with app_server(home) as server:
            reply = requests.get(f"{server.address}/sittings/{token}/next", timeout=60)
            require(reply.status_code == 503 and "records.db" in reply.text, f"{reply.status_code}: {reply.text}")
            require(".recover" in reply.text, f"what to do is not said: {reply.text}")
            require(requests.get(server.address, timeout=60).ok, "the pages do not answer")

    return tried("the records' file is damaged", times, damaged, held="said by name with what to do; the pages answer")


def path_cache(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Damage every kept path, and enhance the same picture again."""
    words = ["enhance", str(asset("samples") / "gecko.jpg"), "--class", "house cat", "--guide", "animals16-64"]

    def enhanced(out: str) -> dict[str, bytes]:
        code, said = ended([*words, "--eps", "0.5", "--out", str(folder / out)], home=folder)
        require(code == 0, said[-300:])
        return {f.name: f.read_bytes() for f in (folder / out).glob("*.png")}

    whole = enhanced("whole")

    def damaged(i: int) -> None:
        kept = list((folder / "paths").glob("*.npz"))
        require(bool(kept), "no path was kept")
        for file in kept:
            file.write_bytes(_scribbled(file.read_bytes(), lottery))
        require(enhanced(f"again-{i}") == whole, "another picture came out")

    return tried("a kept path is damaged", times, damaged, held="computed anew, the same bytes")


def card(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Damage the card of an added guide, and list the guides."""
    mine = folder / "models" / "phantom4-64"

    def damaged(_: int) -> None:
        shutil.copytree(asset("models") / "phantom4-64", mine, dirs_exist_ok=True)
        mine.rename(mine.with_name("mine")) if not mine.with_name("mine").exists() else shutil.rmtree(mine)
        file = mine.with_name("mine") / "card.json"
        file.write_bytes(_scribbled((asset("models") / "phantom4-64" / "card.json").read_bytes(), lottery))
        code, said = ended(["models"], home=folder)
        require(code == 0 and "animals16-128" in said, f"the other guides are not listed: {said[-300:]}")
        require("mine" in said and "card is damaged" in said, f"it is not said by name: {said[-600:]}")

    return tried("a guide's card is damaged", times, damaged, held="said by name; the other guides are listed")


def course(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Damage the manifest of one of two courses."""
    whole = small_course(folder / "courses" / "whole")
    shutil.copytree(whole.folder, folder / "courses" / "damaged")

    def damaged(_: int) -> None:
        manifest = (whole.folder / MANIFEST).read_bytes()
        (folder / "courses" / "damaged" / MANIFEST).write_bytes(_scribbled(manifest, lottery))
        library = CourseLibrary(folder / "courses")
        require(whole.digest in library.courses(), "the whole course is not offered")
        said = " ".join(library.unreadable())
        require("“damaged”" in said and "make it again" in said, f"it is not said by name with what to do: {said}")

    return tried("a course is damaged", times, damaged, held="said by name with what to do; the other one is offered")


def ranking(folder: Path, times: int, lottery: random.Random) -> Outcome:
    """Damage the table of a finished job, and give the same command again."""
    source = phantom_set(folder / "creatures", per_family=6)
    out = folder / "out"
    code, said = ended(job_command(source, out), home=folder)
    require(code == 0, said[-300:])
    whole = (out / "results.csv").read_bytes()

    def damaged(_: int) -> None:
        (out / "results.csv").write_bytes(_scribbled(whole, lottery))
        code, said = ended(job_command(source, out), home=folder)
        require(code == 0, f"the same command does not mend it: {said[-300:]}")
        require((out / "results.csv").read_bytes() == whole, "the table is not what it was")

    return tried(
        "the table of a job is damaged", times, damaged, held="the same command writes it anew, the same bytes"
    )


def _scribbled(data: bytes, lottery: random.Random) -> bytes:
    """Return ``data`` with a third of it, from its first bytes on or from its middle, replaced by random bytes."""
    begin = lottery.choice([0, len(data) // 3])
    length = max(1, len(data) // 3)
    return data[:begin] + lottery.randbytes(length) + data[begin + length :]
