"""Finished results copied to object storage, file by file, the manifest last.

Every copied file is recorded beside the results, with its hash and the state that the storage gave it. So a copy that
is killed and started again copies only the rest, and files that were changed or removed there since are copied anew.
The manifest at the address says that all the others are there.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from lwise_core._utils.errors import LWiseError
from lwise_core.data.entries import PictureSet
from lwise_core.data.object_storage import Storage
from lwise_core.data.picture_sets import FolderSet

COPIED = "copied.jsonl"
"""What was copied where, one JSON object a line, in the folder of the results."""

_PART = 64  # files between two reports
_THREADS = 8  # most of copying is waiting


class UploadRefused(LWiseError):
    """Results that cannot be copied. The message is one sentence."""


@dataclass(frozen=True)
class ResultsUploaded:
    """How far a delivery is: ``done`` files are there, ``copied`` of them were not before this call."""

    done: int
    copied: int


@dataclass(frozen=True)
class _File:
    name: str
    sha256: str


@dataclass(frozen=True)
class ResultsUpload:
    """The results in ``folder`` on their way to ``storage``."""

    folder: Path
    storage: Storage

    def check(self, pictures: PictureSet) -> None:
        """Make sure, before a long job, that its results can go there and are no part of its set.

        Raises:
            UploadRefused: They cannot, or there are other files.
            StoreUnavailable: The storage cannot be reached.
        """
        source = pictures.store if isinstance(pictures, FolderSet) else None
        if isinstance(source, Storage) and self.storage.lies_in(source):
            raise UploadRefused(f"“{self.storage.url}” lies in the set itself; choose an address outside it.")
        if not self._written_down() and not self.storage.is_empty():
            raise UploadRefused(
                f"“{self.storage.url}” holds other files; choose an address with nothing there, and none is touched."
            )

    def run(self, pictures: PictureSet) -> Iterator[ResultsUploaded]:
        """Copy what is not there yet and yield how far it is; to stop iterating is to stop, and nothing is lost.

        Raises:
            UploadRefused: As by :meth:`check`, or a file is not what the job wrote.
            StoreUnavailable: The storage cannot be reached.
        """
        self.check(pictures)
        known, state_of = self._written_down(), self.storage.states()
        done = copied = 0
        with (self.folder / COPIED).open("ab", buffering=0) as ledger, ThreadPoolExecutor(_THREADS) as threads:
            # What is there from now on is this delivery's. A process that was killed may have left half a line.
            ledger.write(b"\n" + self._line())
            for part in _parts(self.folder):
                left = [f for f in part if f not in known or known[f] != state_of(f.name)]
                for file, state in zip(left, threads.map(self._copy, left), strict=True):
                    ledger.write(self._line(file=file.name, sha256=file.sha256, state=state))
                done, copied = done + len(part), copied + len(left)
                yield ResultsUploaded(done, copied)

    def _copy(self, file: _File) -> str:
        """Copy one file and return its state there."""
        with (self.folder / file.name).open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != file.sha256:
                raise UploadRefused(
                    f"“{file.name}” is not what the job wrote, so it is not copied; remove it and repeat the command."
                )
        return self.storage.put(self.folder / file.name, file.name)

    def _written_down(self) -> dict[_File | None, str]:
        """Return file → its state at the storage, with None for the beginning; empty when nothing was begun."""
        found: dict[_File | None, str] = {}
        if (self.folder / COPIED).is_file():
            with (self.folder / COPIED).open(encoding="utf-8", errors="replace") as lines:
                for said in filter(None, map(_whole, lines)):
                    if said["to"] == self.storage.url:
                        file = _File(said["file"], said["sha256"]) if "file" in said else None
                        found[file] = said.get("state", "")
        return found

    def _line(self, **said: str) -> bytes:
        return json.dumps({"to": self.storage.url, **said}, ensure_ascii=False).encode() + b"\n"


def _whole(line: str) -> dict[str, str] | None:
    """Return what a line says, None where its writer was killed."""
    try:
        said: dict[str, str] = json.loads(line)
    except ValueError:
        return None
    return said


def _parts(folder: Path) -> Iterator[list[_File]]:
    """Yield the files of a finished job in parts, and at last the manifest alone."""
    data = (folder / "manifest.json").read_bytes()
    files = _files(folder, json.loads(data)["files"])
    while part := list(islice(files, _PART)):
        yield part
    yield [_File("manifest.json", hashlib.sha256(data).hexdigest())]


def _files(folder: Path, written: dict[str, str]) -> Iterator[_File]:
    """Yield the pictures, which the table lists with their hashes, and what the manifest lists."""
    with (folder / "results.csv").open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            if row.get("file"):  # there is no such column, or none was written for this row
                yield _File(row["file"], row["file_sha256"])
    yield from (_File(name, digest) for name, digest in written.items())
