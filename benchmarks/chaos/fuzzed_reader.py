"""One reader, fed by atheris until so much processor time is over: the process that benchmarks.chaos.fuzzing starts.

    python -m benchmarks.chaos.fuzzed_reader NAME SECONDS FOLDER [libFuzzer's options]

What the reader raises beside its own error is written into FOLDER, once for each place that raises it, and the reader
is fed on. How many files it was fed is there too, so that it is known after a crash.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path

_FOLLOWED = ["lwise_core", "PIL", "pydicom", "pillow_heif", "safetensors", "zipfile", "tarfile", "csv", "json", "yaml"]
"""Whose branches count as coverage; what is written in C has none that is seen."""

SUMMARY = "summary.json"
_NOTED_EVERY = 200  # files


class Feeding:
    """Feeds a reader; counts, and keeps what it raised that it should not."""

    def __init__(self, name: str, *, seconds: float, folder: Path) -> None:
        targets = import_module("benchmarks.chaos.fuzz_targets")
        self._target = targets.targets()[name]
        self._seconds, self._folder = seconds, folder
        self._begun = time.process_time()
        self._fed, self._slowest = 0, 0.0

    @property
    def seeds(self) -> list[bytes]:
        """The whole files of this reader."""
        return list(self._target.seeds)

    def feed(self, data: bytes) -> None:
        """Let the reader read ``data``; end the process when its time is over."""
        begun = time.process_time()
        try:
            self._target.read(data)
        except self._target.refusal:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            self._keep(data, error)
        now = time.process_time()
        self._fed, self._slowest = self._fed + 1, max(self._slowest, now - begun)
        over = now - self._begun > self._seconds
        if over or self._fed % _NOTED_EVERY == 0:
            self._note(now - self._begun)
        if over:
            sys.stderr.flush()
            os._exit(0)

    def _keep(self, data: bytes, error: Exception) -> None:
        """Write the file and its trace, unless the same kind of error was raised at the same place before."""
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} {last.filename} {last.lineno}"
        file = self._folder / hashlib.sha256(place.encode()).hexdigest()[:16]
        if not file.exists():
            file.with_suffix(".txt").write_text("".join(traceback.format_exception(error)), encoding="utf-8")
            file.write_bytes(data)

    def _note(self, seconds: float) -> None:
        said = {"fed": self._fed, "seconds": seconds, "slowest": self._slowest}
        (self._folder / SUMMARY).write_text(json.dumps(said), encoding="utf-8")


def main(name: str, seconds: str, folder: str, *options: str) -> None:
    """Feed one reader."""
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=_FOLLOWED):
        feeding = Feeding(name, seconds=float(seconds), folder=Path(folder))
    corpus = Path(folder) / "corpus"
    corpus.mkdir(exist_ok=True)
    for seed in feeding.seeds:
        (corpus / hashlib.sha256(seed).hexdigest()).write_bytes(seed)
    atheris.Setup([sys.argv[0], *options, str(corpus)], feeding.feed)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
