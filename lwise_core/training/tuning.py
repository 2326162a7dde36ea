"""Tuning a guide to classes of one's own: a labelled folder in, a guide of the catalogue with its card out.

Its figures are honest: they are of pictures that the guide which names them never saw, nor a near-duplicate of them. A
step is one batch, since one compute slot serves everybody, and what was stopped goes on after its last epoch.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from lwise_core.training.tuning_request import TuningRequest
from lwise_core.training.tuning_store import TuningStore
from lwise_core.training.tuning_work import TuningClock, tuned


@dataclass(frozen=True)
class TuningProgress:
    """How far a tuning is: ``what`` is done now, in words, and the ``share`` of the work, in [0, 1], that is done.

    ``seconds_left`` is None before anything was learnt in this call. The last progress names the ``guide``.
    """

    what: str
    share: float
    seconds_left: float | None = None
    guide: str = ""


def tune(request: TuningRequest, store: TuningStore) -> Generator[TuningProgress]:
    """Tune a guide, put it into the catalogue of ``store``, and yield the progress; to stop iterating is to stop.

    What was done is kept, and the same request goes on after its last epoch. Afterwards nothing is kept but the guide.

    Raises:
        RunRefused: The name may not be used, the disk is full, the run is at work, or another was begun under its name.
        DatasetError: A class has too few pictures, or too many of them cannot be read.
        GuideUnavailable: There is no such guide to begin with.
        RecipeError: That guide cannot be tuned.
        StoreUnavailable: What holds the pictures cannot be reached.
        FileError: Something cannot be written.
    """
    store.check_name(request.name)
    request.pictures.check_enough()
    clock = TuningClock()
    with store.run(request.name).held():
        for what in clock.timed(tuned(request, store, clock)):
            yield TuningProgress(what, clock.share, clock.seconds_left)
        store.finish(request.name)
    store.remove(request.name)
    yield TuningProgress("The guide is ready", 1.0, 0.0, request.name)
