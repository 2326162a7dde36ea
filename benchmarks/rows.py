"""The rows of the table: who did the same work in how many seconds, and with what gain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

import torch

from benchmarks import official
from benchmarks.clock import Contender, Timed, interleaved
from benchmarks.ours import Engine
from benchmarks.peers import Peer
from benchmarks.tasks import Task

EQUAL = 0.01
"""Largest relative difference from our figure at which a peer's seconds may be compared with ours."""

_TINY = 1e-6  # a logit that did not move must not end the run

Job = Callable[[], torch.Tensor]


@dataclass(frozen=True)
class Entry:
    """One contender in one row: its time, and what its result is worth, picture by picture, to one fp32 network."""

    timed: Timed
    figures: tuple[float, ...]

    @property
    def figure(self) -> float:
        """Mean over the pictures."""
        return mean(self.figures)


def _relative(theirs: float, ours: float) -> float:
    return abs(theirs - ours) / max(abs(ours), _TINY)


@dataclass(frozen=True)
class Row:
    """One job done by all. ``counted`` of ``unit`` are done in it; ``figure`` names what must be equal."""

    title: str
    figure: str
    entries: tuple[Entry, ...]
    counted: int = 1
    unit: str = "image"

    @property
    def reference(self) -> Entry:
        """Our first entry."""
        return next(e for e in self.entries if e.timed.ours)

    def difference(self, entry: Entry) -> float:
        """Return the relative difference of the mean figure from ours."""
        return _relative(entry.figure, self.reference.figure)

    def worst_difference(self, entry: Entry) -> float:
        """Return the largest relative difference from ours of any single picture."""
        return max(map(_relative, entry.figures, self.reference.figures))

    def comparable(self, entry: Entry) -> bool:
        """Tell whether ``entry`` reached what we reached."""
        return self.difference(entry) <= EQUAL

    @property
    def fastest_peer(self) -> Entry | None:
        """The fastest peer whose figure equals ours, None when there is none."""
        peers = [e for e in self.entries if not e.timed.ours and self.comparable(e)]
        return min(peers, key=lambda e: e.timed.median, default=None)

    def ratio(self, entry: Entry) -> float | None:
        """Return how many times as fast as the fastest comparable peer ``entry`` is."""
        peer = self.fastest_peer
        return None if peer is None else peer.timed.median / entry.timed.median


def one_enhancement(engine: Engine, peers: Mapping[str, Peer], task: Task, *, rounds: int) -> Row:
    """Return the row of one enhancement of all images of ``task``."""
    contenders = [_warm(name, peer, task) for name, peer in peers.items()]
    contenders.insert(len(contenders) // 2, _warm("ours", engine.enhance, task, ours=True))
    timed = interleaved(contenders, rounds=rounds)
    entries = tuple(Entry(t, tuple(task.gains(t.result).tolist())) for t in timed)
    return Row(f"One enhancement of {_images(len(task.images))}", "logit gain", entries, counted=len(task.images))


def every_position(engine: Engine, peers: Mapping[str, Peer], task: Task, *, rounds: int) -> Row:
    """Return the row of every position of the slider for the one image of ``task``; peers run once for each."""
    contenders = [
        *_our_positions(engine, task),
        *(Contender(name, _one_run_each(peer, task)) for name, peer in peers.items()),
    ]
    timed = interleaved(contenders, rounds=rounds)
    entries = tuple(Entry(t, _gains_of_positions(task, t.result)) for t in timed)
    return Row(_positions(task), "logit gain, mean of positions", entries, counted=task.steps, unit="position")


def every_position_computed(engine: Engine, single: Row, task: Task, *, rounds: int) -> Row:
    """Return the same row, ours run and the peers' computed from ``single``, their row of one enhancement.

    Every position takes as many steps as its number: n(n+1)/2 in all. The final forward pass of each run is counted in
    the same proportion, which is less than the peers really do.
    """
    factor = (task.steps + 1) / 2
    ours = interleaved(_our_positions(engine, task), rounds=rounds)
    entries = [Entry(t, (_gains_of_positions(task, t.result)[-1],)) for t in ours]
    entries += [Entry(e.timed.scaled(factor), e.figures[:1]) for e in single.entries if not e.timed.ours]
    return Row(_positions(task), "logit gain, last position", tuple(entries), counted=task.steps, unit="position")


def scoring(engine: Engine, task: Task, *, rounds: int) -> Row:
    """Return the row of the ground-truth logits of all images of ``task``."""
    contenders = [
        _warm("timm loop, one by one", official.score_one_by_one, task),
        _warm("ours, bf16 batches", engine.score, task, ours=True),
        _warm("timm loop, batches of 8", official.score_in_batches, task),
    ]
    entries = tuple(Entry(t, tuple(t.result.tolist())) for t in interleaved(contenders, rounds=rounds))
    title = f"Difficulty of {_images(len(task.images))}"
    return Row(title, "ground-truth logit", entries, counted=len(task.images))


def curve(engine: Engine, task: Task, *, rounds: int) -> Row:
    """Return the row of scoring every frame of one path in fp32."""
    path = engine.walk(task)
    contenders = [
        Contender("plain PyTorch loop", official.curve(path)),
        Contender("ours", engine.curve(path), ours=True),
    ]
    entries = tuple(Entry(t, tuple(t.result.tolist())) for t in interleaved(contenders, rounds=rounds))
    return Row("The curve of all frames in fp32", "ground-truth logit", entries, counted=len(path.frames), unit="frame")


def _warm(name: str, way: Peer, task: Task, *, ours: bool = False) -> Contender:
    """Return a contender that has done a single step of the same size before it is timed."""
    way(task.shortest())()
    return Contender(name, way(task), ours)


def _our_positions(engine: Engine, task: Task) -> Sequence[Contender]:
    return (
        _warm("ours", engine.every_position, task, ours=True),
        _warm("ours, chosen and scored in fp32", engine.every_position_scored, task, ours=True),
    )


def _one_run_each(peer: Peer, task: Task) -> Job:
    peer(task.shortest())()
    jobs = [peer(position) for position in task.positions()]
    return lambda: torch.cat([job() for job in jobs])


def _gains_of_positions(task: Task, enhanced: torch.Tensor) -> tuple[float, ...]:
    gains: list[float] = task.repeated(len(enhanced)).gains(enhanced).tolist()
    return tuple(gains)


def _positions(task: Task) -> str:
    return f"All {task.steps} slider positions of one image"


def _images(count: int) -> str:
    return "one image" if count == 1 else f"{count} images"


def every_row(engine: Engine, peers: Mapping[str, Peer], tasks: Sequence[Task], *, rounds: int) -> Iterator[Row]:
    """Yield the rows of one guide. ``tasks``: one image, the batch, and the pictures to be scored."""
    one, batch, scored = tasks
    single = one_enhancement(engine, peers, one, rounds=rounds)
    yield single
    if engine.guide.provenance.bundled:
        yield every_position(engine, peers, one, rounds=1)
    else:  # some minutes for every peer
        yield every_position_computed(engine, single, one, rounds=rounds)
    yield one_enhancement(engine, peers, batch, rounds=min(rounds, 2))
    yield scoring(engine, scored, rounds=rounds)
    yield curve(engine, one, rounds=rounds)
