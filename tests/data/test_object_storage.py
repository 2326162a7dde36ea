"""Sets in object storage: the same pictures as in the folder that was copied there, and no secret in what is said."""

from __future__ import annotations

import pickle
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pytest

from lwise_core._utils.run_folder import RunRefused
from lwise_core.batch.executors import LocalExecutor
from lwise_core.batch.job import JobSettings
from lwise_core.data import object_storage as remote_sets
from lwise_core.data.decoding import Batch, Decoded, Decoder, Unusable
from lwise_core.data.dirmap import DirmapFile
from lwise_core.data.dirmap_set import DirmapSet
from lwise_core.data.entries import Labels, PictureEntry, PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.file_stores import GONE, LocalStore, StoreUnavailable
from lwise_core.data.object_storage import Storage, remote_set
from lwise_core.data.picture_sets import FolderSet, picture_set
from lwise_core.images.codec import MAX_BYTES
from tests.support.jobs import contents, finished, job, phantom_pictures, undisturbed
from tests.support.ray import NEEDS_RAY
from tests.support.s3 import SECRET, bucket, objects, s3, s3_server, uploaded

__all__ = ["bucket", "phantom_pictures", "s3", "s3_server", "undisturbed"]

RESULTS = {"results.csv", "results.parquet", "failures.csv", "dirmap.csv", "manifest.json"}


def entries(pictures: PictureSet) -> list[PictureEntry | str]:
    return [e if isinstance(e, str) else replace(e, state="") for e in pictures.entries()]


def without_plan(folder: Path) -> dict[str, str]:
    """Return the hashes of what a job hands out: its plan and its list of pictures hold their states."""
    plan = (".job/plan/", ".job/items.jsonl")
    return {name: digest for name, digest in contents(folder).items() if not name.startswith(plan)}


@pytest.fixture
def creatures(s3: Any, bucket: str, phantom_pictures: Path) -> str:  # noqa: ANN401
    return uploaded(s3, phantom_pictures, f"{bucket}/some/creatures")


# --- what is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("labels", [Labels.FOLDER, Labels.GUIDE])
def test_a_folder_lists_and_reads_as_the_one_that_was_copied(
    s3: Any,  # noqa: ANN401
    bucket: str,
    phantom_pictures: Path,
    tmp_path: Path,
    labels: Labels,
) -> None:
    shutil.copytree(phantom_pictures, tmp_path / "set" / "train")
    for name in ("loose.png", "train/.hidden.png", ".cache/x/y.png", "a/b/c/d.png", "train/Barred_Forktail.png"):
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_bytes(b"")
    here = FolderSet(LocalStore(tmp_path / "set"), labels)
    there = remote_set(uploaded(s3, tmp_path / "set", f"{bucket}/deep/set") + "/", labels=labels)
    s3.pipe_file(f"{bucket}/deep/set/train/", b"")  # what consoles write for a new folder
    assert (there.name, there.place) == ("set", None)
    assert entries(there) == entries(here)
    for entry in here.entries():
        if isinstance(entry, PictureEntry):
            assert there.read(entry) == here.read(entry)


TREATED_SPECIALLY = (
    *("a+b.png", "a b.png", "50%.png", "a#1.png", "what?.png", "a%20b.png", "a%2Bb.png", "[1].png", "{a,b}.png"),
    *("ü é.png", "a&b=c.png", "~x'y.png", "a*b.png", "a;b@c.png", "表 ソ.png", '"a".png'),
)
"""Names with what an address, a pattern or a form escapes."""


def test_names_that_object_storage_treats_specially_are_read_and_copied(
    s3: Any,  # noqa: ANN401
    bucket: str,
    tmp_path: Path,
) -> None:
    folders = ("mine+ [1] 50% #2", "yours%20&?")
    contents = {f"{folder}/{name}": f"{folder}/{name}".encode() for folder in folders for name in TREATED_SPECIALLY}
    store = Storage.at(f"{bucket}/set+ 1%20")
    for path, data in contents.items():
        (tmp_path / "one").write_bytes(data)
        assert store.put(tmp_path / "one", path) == store.states()(path) != GONE
    assert objects(s3, store.url) == contents
    pictures = remote_set(store.url)
    found = [e for e in pictures.entries() if isinstance(e, PictureEntry)]
    assert {e.name: pictures.read(e) for e in found} == contents
    assert {e.class_name for e in found} == set(folders)


def test_a_dirmap_lists_and_reads_as_the_one_that_was_copied(
    s3: Any,  # noqa: ANN401
    bucket: str,
    phantom_pictures: Path,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "creatures"
    shutil.copytree(phantom_pictures, folder)
    rows = [*(f.relative_to(folder).as_posix() for f in folder.rglob("*.png")), "gone.png", "nowhere/x.png"]
    (folder / "d.CSV").write_text("im_path,class\n" + "".join(f"{row},Barred Forktail\n" for row in rows))
    here = DirmapSet(DirmapFile.at(folder / "d.CSV"))
    there = remote_set(uploaded(s3, folder, f"{bucket}/creatures") + "/d.CSV")
    assert isinstance(there, DirmapSet)
    assert entries(there) == entries(here)
    assert [e.name for e in there.entries() if isinstance(e, PictureEntry) and e.state == GONE] == rows[-2:]
    assert remote_set(f"{bucket}/creatures/d.CSV", labels=Labels.GUIDE) == replace(there, column="")


def test_states_come_from_the_listing_and_change_with_the_picture(
    s3: Any,  # noqa: ANN401
    creatures: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(s3, "cat_file", lambda *_, **__: pytest.fail("a picture was read"))
    assert Storage(creatures)._opened()[0] is s3
    before = list(remote_set(creatures).entries())
    s3.pipe_file(f"{creatures}/Barred_Forktail/000.png", b"other")
    after = list(remote_set(creatures).entries())
    assert [a == b for a, b in zip(after, before, strict=True)] == [False, *[True] * 20]


def test_no_more_is_read_than_the_door_would_look_at(
    creatures: str,
    s3: Any,  # noqa: ANN401
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    s3.pipe_file(f"{creatures}/Barred_Forktail/000.png", b"0123456789")
    assert Storage(creatures).read("Barred_Forktail/000.png", at_most=4) == b"0123"
    asked = []
    monkeypatch.setattr(Storage, "read", lambda _, path, *, at_most: asked.append((path, at_most)))
    remote_set(creatures).read(PictureEntry("x", "", "", ""))
    assert asked == [("x", MAX_BYTES + 1)]


def test_a_picture_that_is_empty_or_gone_is_one_sentence(creatures: str, s3: Any) -> None:  # noqa: ANN401
    s3.pipe_file(f"{creatures}/Barred_Forktail/000.png", b"")
    pictures = remote_set(creatures)
    listed = tuple(e for e in pictures.entries() if isinstance(e, PictureEntry))[:3]
    s3.rm_file(f"{creatures}/{listed[1].name}")
    empty, gone, whole = Decoder(pictures, 16)(Batch(0, listed)).seen
    assert isinstance(empty, Unusable)
    assert gone == Unusable(f"“{listed[1].name}” has no file.")
    assert isinstance(whole, Decoded)


# --- what cannot be ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("{set}/nothing", "There is no folder"),
        ("s3://no-such-bucket/set", "There is no folder"),
        ("{set}/none.csv", "There is no dirmap CSV"),
        ("{set}/Barred_Forktail/000.png", "archives and patterns"),
        ("{set}/*/*.png", "archives and patterns"),
        ("s3://AKIA:{secret}@bucket/set", "holds no password"),
        ("s3://AKIA:a/{secret}@bucket/set", "holds no password"),
        ("https://host/set?token={secret}", "holds no password"),
        ("{set}/what?", "in its name has to be renamed"),
        ("simplecache::s3://bucket/set", "holds no password"),
        ("file:///tmp", "a path of this machine"),
        ("s3://", "“s3://” names no place in the storage"),
        ("nonsense://bucket/set", "There is no storage “nonsense://”"),
    ],
)
def test_an_address_that_cannot_be_is_one_sentence_without_its_secret(creatures: str, url: str, sentence: str) -> None:
    with pytest.raises(DatasetError, match=sentence) as refused:
        remote_set(url.format(set=creatures, secret=SECRET))
    assert SECRET not in str(refused.value)


def test_only_a_csv_has_columns(creatures: str) -> None:
    with pytest.raises(DatasetError, match="Only a dirmap CSV has columns"):
        remote_set(creatures, column="class")


@pytest.mark.parametrize(("protocol", "how"), [("s3", "requirements-s3.txt"), ("gs", "gcsfs")])
def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, protocol: str, how: str) -> None:
    def missing(_: str) -> None:
        raise ImportError(f"Please install {'gcsfs' if protocol == 'gs' else 's3fs'}")

    monkeypatch.setattr(remote_sets.fsspec, "get_filesystem_class", missing)
    with pytest.raises(DatasetError, match=f"needs a package that is not installed: .*{how}"):
        remote_set(f"{protocol}://bucket/set")


@pytest.fixture
def unreachable(creatures: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a set in surroundings that name a server where nobody listens."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    fsspec.filesystem("s3").clear_instance_cache()
    yield creatures
    fsspec.filesystem("s3").clear_instance_cache()


def test_an_unreachable_endpoint_is_one_sentence(unreachable: str) -> None:
    with pytest.raises(StoreUnavailable, match=r"cannot be reached, as no connection came about") as lost:
        remote_set(unreachable)
    assert SECRET not in str(lost.value)
    assert lost.value.__cause__ is None


class Denying(BaseHTTPRequestHandler):
    """An S3 that refuses everybody, and quotes what it was asked with."""

    def do_GET(self) -> None:
        said = f"<Error><Code>AccessDenied</Code><Message>{SECRET} is not good enough</Message></Error>".encode()
        self.send_response(403)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(said)

    do_HEAD = do_GET  # noqa: N815 - as http.server calls it

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def denied(creatures: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a set in surroundings that name a server which refuses everybody."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Denying) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        fsspec.filesystem("s3").clear_instance_cache()
        yield creatures
        fsspec.filesystem("s3").clear_instance_cache()
        server.shutdown()
        thread.join()


def test_denied_access_is_one_sentence(denied: str) -> None:
    for what in (lambda: remote_set(denied), lambda: list(FolderSet(Storage(denied)).entries())):
        with pytest.raises(StoreUnavailable, match="may not be used with the credentials") as lost:
            what()
        assert SECRET not in str(lost.value)


# --- jobs -------------------------------------------------------------------------------------------------------------


def test_a_job_gives_the_bytes_that_it_gives_of_the_folder(creatures: str, undisturbed: Path, tmp_path: Path) -> None:
    finished(job(tmp_path, tmp_path / "out", pictures=remote_set(creatures)))
    assert without_plan(tmp_path / "out") == without_plan(undisturbed)
    assert without_plan(undisturbed).keys() > RESULTS


def test_processes_read_the_address_themselves(creatures: str, undisturbed: Path, tmp_path: Path) -> None:
    finished(job(tmp_path, tmp_path / "out", pictures=remote_set(creatures)), LocalExecutor(2))
    assert without_plan(tmp_path / "out") == without_plan(undisturbed)


@NEEDS_RAY
def test_a_cluster_reads_the_address_itself(creatures: str, undisturbed: Path, tmp_path: Path) -> None:
    asked = ("enhance-set", creatures, "--guide", "phantom4-64", "--eps-224", "0.25,1,1.3,2", "--out", tmp_path / "out")
    how = ("--engine", "ray", "--workers", "2", "--threads", "1", "--batch", "4")
    # In a process of its own: a cluster that runs already has surroundings that know nothing of this test's server.
    subprocess.run([sys.executable, "-m", "lwise_core", *map(str, asked), *how], check=True)  # noqa: S603
    assert without_plan(tmp_path / "out") == without_plan(undisturbed)


def test_a_dirmap_comes_back_with_columns(s3: Any, creatures: str, tmp_path: Path) -> None:  # noqa: ANN401
    s3.pipe_file(f"{creatures}/d.csv", b"im_path,class,note\nSpotted_Forktail/000.png,Spotted Forktail,mine\n")
    pictures = remote_set(f"{creatures}/d.csv")
    finished(job(tmp_path, tmp_path / "out", pictures=pictures, labels=Labels.COLUMN, order=JobSettings()))
    header, row = (tmp_path / "out" / "dirmap.csv").read_text().splitlines()
    assert header.startswith("im_path,class,note,robust_gt_logit")
    assert row.startswith("Spotted_Forktail/000.png,Spotted Forktail,mine,")


def test_a_job_that_loses_its_storage_goes_on_and_counts_no_picture_as_failed(
    creatures: str, undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = job(tmp_path, tmp_path / "out", pictures=remote_set(creatures))
    read, reads = Storage.read, []

    def until(self: Storage, path: str, *, at_most: int) -> bytes:
        reads.append(path)
        if len(reads) == 10:
            raise StoreUnavailable("gone")
        return read(self, path, at_most=at_most)

    monkeypatch.setattr(Storage, "read", until)
    with pytest.raises(StoreUnavailable, match="gone"):
        finished(asked)
    *_, last = asked.run(LocalExecutor(0))
    assert (last.total, last.failed) == (21, 1)
    assert len(reads) == 10 + 21 - 8  # the two batches of four that were done are not read again
    assert without_plan(tmp_path / "out") == without_plan(undisturbed)


def test_a_picture_that_changed_there_is_noticed(s3: Any, creatures: str, tmp_path: Path) -> None:  # noqa: ANN401
    asked = job(tmp_path, tmp_path / "out", pictures=remote_set(creatures))
    next(asked.run(LocalExecutor(0)))
    s3.pipe_file(f"{creatures}/Barred_Forktail/000.png", b"other")
    with pytest.raises(RunRefused, match="pictures"):
        finished(asked)


def test_no_secret_is_in_any_file_of_a_job_or_in_what_goes_to_workers(creatures: str, tmp_path: Path) -> None:
    asked = job(tmp_path, tmp_path / "out", pictures=remote_set(creatures), order=JobSettings())
    finished(asked)
    assert SECRET.encode() not in pickle.dumps(asked)
    for file in (tmp_path / "out").rglob("*"):
        assert file.is_dir() or SECRET.encode() not in file.read_bytes()


def test_a_page_that_takes_paths_takes_no_addresses(creatures: str) -> None:
    with pytest.raises(DatasetError, match="no folder, archive or CSV"):
        picture_set(creatures)
