"""Which guide models exist, where their weights come from, and their cards.

Nothing is remembered between calls: an entry says how things stand on the disk now. Who shows entries often keeps them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from platformdirs import user_data_path

from lwise_core.architectures import Blueprint, compact
from lwise_core.cards import Card, CardError, CompactArchitecture, parse_card
from lwise_core.checkpoints import CheckpointError, Description, Weights, blueprint_for, build_guide, read_weights
from lwise_core.guide import GuideModel
from lwise_core.names import canonical

BUNDLED = Path(__file__).resolve().parent.parent / "assets" / "models"
CARD_FILE = "card.json"


class GuideUnavailable(RuntimeError):
    """A guide that cannot be loaded now. The message is one sentence that says why."""


class UnknownGuide(GuideUnavailable):
    """A name that is not in the catalogue. The message lists the names that are."""


class Origin(StrEnum):
    """Where a guide comes from."""

    BUNDLED = "bundled"
    ADDED = "added"


class State(StrEnum):
    """Whether a guide can be used now."""

    READY = "ready"
    BROKEN = "broken"


@dataclass(frozen=True)
class Entry:
    """One guide of the catalogue, as it stands on the disk.

    ``reason`` is a sentence when the guide is broken, else empty. ``card`` is None where it could not be read.
    """

    name: str
    origin: Origin
    state: State
    folder: Path
    card: Card | None = None
    sha256: str = ""
    reason: str = ""


def home() -> Path:
    """Return the folder for downloads and added guides: ``LWISE_HOME``, else the user's data folder."""
    chosen = os.environ.get("LWISE_HOME")
    return Path(chosen) if chosen else user_data_path("lwise-studio", appauthor=False)


def entries() -> tuple[Entry, ...]:
    """Return every guide there is, the bundled ones first. A damaged one is an entry too, with its reason."""
    return tuple(_checked(folder, origin)[0] for folder, origin in _folders())


def stamp() -> tuple[tuple[str, int, int], ...]:
    """Return what changes when a file of the catalogue does (path, bytes, time): a cheap key for who keeps entries."""
    files = (file for folder, _ in _folders() for file in sorted(folder.iterdir()) if file.is_file())
    return tuple((str(f), f.stat().st_size, f.stat().st_mtime_ns) for f in files)


def load(name: str) -> GuideModel:
    """Return the guide called ``name``; case, space, hyphen and underscore do not count.

    Raises:
        UnknownGuide: There is no such guide.
        GuideUnavailable: There is, but its card or weights are damaged.
    """
    for folder, origin in _folders():
        if canonical(folder.name) != canonical(name):
            continue
        entry, weights = _checked(folder, origin)
        if entry.card is None or weights is None:
            raise GuideUnavailable(entry.reason)
        try:
            return build_guide(weights, _blueprint(entry.card, weights), _describe(entry.card, origin))
        except CheckpointError as error:
            raise GuideUnavailable(f"The guide “{name}” cannot be used: {error}") from error
    names = ", ".join(f"“{folder.name}”" for folder, _ in _folders())
    raise UnknownGuide(f"There is no guide “{name}”; there is {names}.")


def _folders() -> Iterator[tuple[Path, Origin]]:
    for root, origin in ((BUNDLED, Origin.BUNDLED), (home() / "models", Origin.ADDED)):
        if root.is_dir():
            yield from ((f, origin) for f in sorted(root.iterdir()) if (f / CARD_FILE).is_file())


def _checked(folder: Path, origin: Origin) -> tuple[Entry, Weights | None]:
    """Return the entry of ``folder`` and, when nothing is wrong with them, its weights."""
    entry = Entry(name=folder.name, origin=origin, state=State.BROKEN, folder=folder)
    try:
        card = parse_card((folder / CARD_FILE).read_bytes())
        entry = replace(entry, card=card, sha256=card.weights.sha256)
        weights = read_weights(folder / card.weights.file)
    except (CardError, CheckpointError, OSError) as error:
        return replace(entry, reason=f"The guide “{folder.name}” cannot be used: {error}"), None
    if weights.sha256 != card.weights.sha256:
        return replace(entry, reason=f"The weights of “{folder.name}” are not the ones that its card describes."), None
    return replace(entry, state=State.READY), weights


def _describe(card: Card, origin: Origin) -> Description:
    return Description(
        name=card.name,
        classes=card.classes,
        domain=card.domain,
        training_epsilon=card.training_epsilon,
        bundled=origin is Origin.BUNDLED,
        references=card.references.logits,
    )


def _blueprint(card: Card, weights: Weights) -> Blueprint:
    match card.architecture:
        case CompactArchitecture(width=width, num_classes=classes, stem_stride=stride):
            known = compact(width=width, num_classes=classes, stem_stride=stride)
        case other:
            known = blueprint_for(weights, other.name)
    return replace(known, input_size=card.input_size, mean=card.mean, std=card.std)
