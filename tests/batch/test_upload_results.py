"""Results copied to object storage: all of them, the manifest last, and after a kill only what is left."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import fsspec
import pytest

from lwise_core.batch import upload_results as deliveries
from lwise_core.batch.job import LOG
from lwise_core.batch.upload_results import COPIED, ResultsUpload, ResultsUploaded, UploadRefused
from lwise_core.data.entries import PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.file_stores import LocalStore, StoreUnavailable
from lwise_core.data.object_storage import Storage, remote_set
from lwise_core.data.picture_sets import FolderSet
from tests.support.jobs import phantom_pictures, undisturbed
from tests.support.s3 import SECRET, bucket, objects, s3, s3_server, uploaded

__all__ = ["bucket", "phantom_pictures", "s3", "s3_server", "undisturbed"]


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a small job hands out, as far as copying looks at it: ten pictures, a dirmap, the table, the manifest."""
    monkeypatch.setattr(deliveries, "_PART", 4)
    folder = tmp_path / "out"
    files = {f"set_natural/cat/{i}.png": f"picture {i}".encode() for i in range(10)} | {"dirmap.csv": b"dirmap"}
    rows = [
        ",",
        *(f"{name},{hashlib.sha256(data).hexdigest()}" for name, data in files.items() if name != "dirmap.csv"),
    ]
    files["results.csv"] = "\n".join(["file,file_sha256", *rows]).encode()
    hashes = {name: hashlib.sha256(files[name]).hexdigest() for name in ("dirmap.csv", "results.csv")}
    files["manifest.json"] = json.dumps({"files": hashes}).encode()
    for name, data in {**files, ".job/plan": b"plan", LOG: b"log"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def pictures(phantom_pictures: Path) -> PictureSet:
    return FolderSet(LocalStore(phantom_pictures))


def handed_out(folder: Path) -> dict[str, bytes]:
    """Return path → content of what a job hands out: everything but its records, its log and what was copied."""
    files = [f for f in folder.rglob("*") if f.is_file() and f.name not in (LOG, COPIED)]
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in files if ".job" not in f.parts}


def last(delivery: ResultsUpload, pictures: PictureSet) -> ResultsUploaded:
    *_, delivered = delivery.run(pictures)
    return delivered


def test_everything_that_was_handed_out_is_there_and_the_manifest_is_last(
    s3: Any,  # noqa: ANN401
    bucket: str,
    undisturbed: Path,
    tmp_path: Path,
    pictures: PictureSet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    results = shutil.copytree(undisturbed, tmp_path / "out")
    put, order = Storage.put, []
    monkeypatch.setattr(Storage, "put", lambda self, file, path: (order.append(path), put(self, file, path))[1])
    files = handed_out(results)
    assert last(ResultsUpload(results, Storage.at(f"{bucket}/out/")), pictures) == ResultsUploaded(
        len(files), len(files)
    )
    assert objects(s3, f"{bucket}/out") == files
    assert order[-1] == "manifest.json"
    assert len(order) == len(files) > 100


def test_repeated_it_copies_only_what_changed_or_is_gone_there(
    s3: Any,  # noqa: ANN401
    bucket: str,
    results: Path,
    pictures: PictureSet,
) -> None:
    delivery = ResultsUpload(results, Storage.at(f"{bucket}/out"))
    files = handed_out(results)
    last(delivery, pictures)
    assert last(delivery, pictures) == ResultsUploaded(len(files), 0)
    name, other = sorted(files)[:2]
    s3.pipe_file(f"{bucket}/out/{name}", files[name][::-1])  # as many bytes, others
    s3.rm_file(f"{bucket}/out/{other}")
    assert last(delivery, pictures) == ResultsUploaded(len(files), 2)
    assert objects(s3, f"{bucket}/out") == files


KILLED = """
import os, signal, sys
from pathlib import Path
from lwise_core.batch import upload_results as deliveries
from lwise_core.batch.upload_results import ResultsUpload
from lwise_core.data.picture_sets import FolderSet
from lwise_core.data.object_storage import Storage
from lwise_core.data.file_stores import LocalStore
put, puts = Storage.put, []
deliveries._PART, deliveries._THREADS = 4, 1
def fatal(self, file, path):
    puts.append(path)
    if len(puts) == int(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)
    return put(self, file, path)
Storage.put = fatal
for _ in ResultsUpload(Path(sys.argv[1]), Storage.at(sys.argv[2])).run(FolderSet(LocalStore(Path(sys.argv[3])))):
    pass
"""


@pytest.mark.parametrize(("fatal", "known"), [(2, 0), (8, 4)])
def test_killed_and_begun_again_it_copies_what_is_left(
    s3: Any,  # noqa: ANN401
    bucket: str,
    results: Path,
    pictures: PictureSet,
    phantom_pictures: Path,
    fatal: int,
    known: int,
) -> None:
    command = [sys.executable, "-c", KILLED, str(results), f"{bucket}/out", str(phantom_pictures), str(fatal)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL  # noqa: S603 - our own module
    files = handed_out(results)
    begun = objects(s3, f"{bucket}/out")
    assert begun.items() < files.items()
    assert "manifest.json" not in begun
    with (results / COPIED).open("ab") as ledger:
        ledger.write(b'{"to": "half a li')
    delivered = last(ResultsUpload(results, Storage.at(f"{bucket}/out")), pictures)
    assert delivered.done == len(files)
    assert delivered.copied <= len(files) - known
    assert objects(s3, f"{bucket}/out") == files


def test_an_address_that_holds_other_files_is_refused_and_none_is_touched(
    s3: Any,  # noqa: ANN401
    bucket: str,
    results: Path,
    pictures: PictureSet,
) -> None:
    s3.pipe_file(f"{bucket}/out/deep/mine.txt", b"mine")
    delivery = ResultsUpload(results, Storage.at(f"{bucket}/out"))
    for what in (lambda: delivery.check(pictures), lambda: last(delivery, pictures)):
        with pytest.raises(UploadRefused, match="holds other files"):
            what()
    assert objects(s3, f"{bucket}/out") == {"deep/mine.txt": b"mine"}


def test_results_are_not_copied_into_their_own_set(
    s3: Any,  # noqa: ANN401
    bucket: str,
    results: Path,
    phantom_pictures: Path,
) -> None:
    source = remote_set(uploaded(s3, phantom_pictures, f"{bucket}/set"))
    for url in (f"{bucket}/set", f"{bucket}/set/out", f"{bucket.replace('s3:', 's3a:')}/set/out/"):
        with pytest.raises(UploadRefused, match="in the set itself"):
            ResultsUpload(results, Storage.at(url)).check(source)
    ResultsUpload(results, Storage.at(f"{bucket}/set-out")).check(source)


def test_a_bucket_that_is_not_there_is_one_sentence_before_anything_is_done(
    s3: Any,  # noqa: ANN401, ARG001 - the server
    results: Path,
    pictures: PictureSet,
) -> None:
    with pytest.raises(DatasetError, match="There is no bucket “no-such-bucket”"):
        ResultsUpload(results, Storage.at("s3://no-such-bucket/out")).check(pictures)


def test_a_file_that_is_not_what_the_job_wrote_is_not_copied(bucket: str, results: Path, pictures: PictureSet) -> None:
    (results / "dirmap.csv").write_bytes(b"other")
    with pytest.raises(UploadRefused, match=r"“dirmap.csv” is not what the job wrote"):
        last(ResultsUpload(results, Storage.at(f"{bucket}/out")), pictures)


def test_a_storage_that_is_lost_in_the_middle_is_one_sentence_and_no_secret_is_written_down(
    bucket: str,
    results: Path,
    pictures: PictureSet,
    monkeypatch: pytest.MonkeyPatch,
    s3: Any,  # noqa: ANN401
) -> None:
    def lost(*_: object) -> None:
        raise TimeoutError(SECRET)

    assert Storage(bucket)._opened()[0] is s3
    monkeypatch.setattr(s3, "put_file", lost)
    with pytest.raises(StoreUnavailable, match="cannot be reached, as no answer came in time") as error:
        last(ResultsUpload(results, Storage.at(f"{bucket}/out")), pictures)
    assert SECRET not in str(error.value)
    assert SECRET not in (results / COPIED).read_text()


def test_other_storages_are_written_to_the_same_way(results: Path, pictures: PictureSet) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe("/shelf/other", b"")
    delivery = ResultsUpload(results, Storage.at("memory://shelf/out"))
    files = handed_out(results)
    assert last(delivery, pictures) == ResultsUploaded(len(files), len(files))
    assert last(delivery, pictures) == ResultsUploaded(len(files), 0)
    there = {hashlib.sha256(memory.cat_file(f)).hexdigest() for f in memory.find("/shelf/out")}
    assert there == {hashlib.sha256(data).hexdigest() for data in files.values()}
