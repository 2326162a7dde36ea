"""Which guide models exist, where their weights come from, and their cards.

Nothing is remembered between calls: an entry says how things stand on the disk now. Who shows entries often keeps them
for as long as :func:`stamp` stays the same.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from platformdirs import user_data_path

from lwise_core._utils.assets import asset
from lwise_core._utils.class_names import canonical
from lwise_core._utils.errors import LWiseError
from lwise_core._utils.file_errors import file_errors, read_file
from lwise_core.guides.architectures import compact
from lwise_core.guides.blueprints import Blueprint
from lwise_core.guides.calibration import Calibration, CalibrationError
from lwise_core.guides.calibration_store import CalibrationStore
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.checkpoints import (
    MAX_FILE_BYTES,
    Description,
    Weights,
    blueprint_for,
    build_guide,
    read_weights,
)
from lwise_core.guides.downloads import (
    DownloadError,
    DownloadProgress,
    Limits,
    download,
    file_checksum,
    record_checksum,
    recorded_checksum,
)
from lwise_core.guides.evidence_file import EVIDENCE_FILE, MAX_EVIDENCE_BYTES, read_nulls
from lwise_core.guides.familiarity import Familiarity, FamiliarityError, read_familiarity
from lwise_core.guides.fitness import UNKNOWN, Fit, Fitness, fitness_of
from lwise_core.guides.guide import EpsilonScale, GuideModel
from lwise_core.guides.hub import HubAddress, fetch_hub_guide, is_hub_address
from lwise_core.guides.model_card import MAX_CARD_BYTES, Card, CardError, CompactArchitecture, parse_card
from lwise_core.guides.own_limits import OwnLimits, OwnLimitsError, read_own_limits
from lwise_core.guides.published_archives import check_archive, extract
from lwise_core.guides.published_weights import PUBLISHED, Published

BUNDLED = asset("models")
CARD_FILE = "card.json"


class GuideUnavailable(LWiseError):
    """A guide that cannot be loaded now. The message is one sentence that says why."""


class UnknownGuide(GuideUnavailable):
    """A name that is not in the catalogue. The message lists the names that are."""


class Origin(StrEnum):
    """Where a guide comes from: with the product, put into the folder of added guides, or published by others."""

    BUNDLED = "bundled"
    ADDED = "added"
    PUBLISHED = "published"


class GuideStatus(StrEnum):
    """Whether a guide can be used now."""

    READY = "ready"
    BROKEN = "broken"
    NOT_DOWNLOADED = "not downloaded"


@dataclass(frozen=True)
class GuideEntry:
    """One guide of the catalogue, as it stands on the disk.

    ``weights`` is the path of its weight file, None where a damaged card does not name one. ``reason`` is a sentence
    when the guide is broken, else empty. ``card`` is what bundled and added guides come with, ``published`` what is
    known of published ones. ``calibration`` is what was measured on a person's own pictures, laid over the rest.
    """

    name: str
    origin: Origin
    state: GuideStatus
    weights: Path | None = None
    sha256: str = ""
    reason: str = ""
    card: Card | None = None
    published: Published | None = None
    calibration: Calibration | None = None


def home() -> Path:
    """Return the folder for downloads and added guides: ``LWISE_HOME``, else the user's data folder."""
    chosen = os.environ.get("LWISE_HOME")
    return Path(chosen) if chosen else user_data_path("lwise-studio", appauthor=False)


@dataclass(frozen=True)
class Catalog:
    """The guides of one installation: two folders of guides with cards, and what others have published.

    ``bundled`` and ``home``/models hold one folder a guide with ``card.json`` and the weight file that it names;
    ``home``/published holds downloads.
    """

    bundled: Path
    home: Path
    published: tuple[Published, ...] = PUBLISHED

    @property
    def calibrations(self) -> CalibrationStore:
        """What was measured of its guides, and of weight files, on people's own pictures."""
        return CalibrationStore(self.home / "calibrations")

    def entries(self) -> tuple[GuideEntry, ...]:
        """Return every guide there is, the bundled ones first and of these the ones that others supersede last.

        A damaged one is an entry too, with its reason.
        """
        taken: set[str] = set()
        entries = []
        for entry in self._found():
            if canonical(entry.name) in taken:
                reason = f"There is another guide called “{entry.name}”; rename the folder of this one."
                entry = replace(entry, state=GuideStatus.BROKEN, reason=reason)  # noqa: PLW2901
            taken.add(canonical(entry.name))
            entries.append(entry)
        return tuple(sorted(entries, key=_place))

    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Return what changes when a file of the catalogue does (path, bytes, time), without reading any."""
        files = [file for folder, _ in self._folders() for file in sorted(folder.iterdir())]
        files += [self.path_of(p) for p in self.published]
        files += self.calibrations.files()
        return tuple(_stamp_of(file) for file in files)

    def load(self, name: str) -> GuideModel:
        """Return the guide called ``name``; case, space, hyphen and underscore do not count.

        Raises:
            UnknownGuide: There is no such guide.
            GuideUnavailable: There is, but it is damaged or not downloaded.
        """
        entry = next((e for e in self._found() if canonical(e.name) == canonical(name)), None)
        if entry is None:
            names = ", ".join(f"“{e.name}”" for e in self.entries() if e.state is GuideStatus.READY)
            raise UnknownGuide(f"There is no guide “{name}”; ready are {names or 'none'}.")
        if entry.state is GuideStatus.NOT_DOWNLOADED:
            raise GuideUnavailable(f"The guide “{name}” is not downloaded yet.")
        if entry.state is GuideStatus.BROKEN or entry.weights is None:
            raise GuideUnavailable(entry.reason)
        try:
            guide = _with_nulls(_built(entry, read_weights(entry.weights)), entry.weights.parent / EVIDENCE_FILE)
            return self.calibrations.laid_over(guide)
        except (CheckpointError, CalibrationError, OSError) as error:
            raise GuideUnavailable(f"The guide “{entry.name}” cannot be used: {error}") from error

    def download(self, name: str) -> Generator[DownloadProgress]:
        """Fetch the published guide ``name``, and those that come in the same archive; stop iterating to stop.

        The address of an image model of timm, such as “hf-hub:timm/resnet18.a1_in1k”, is a name too.

        Raises:
            UnknownGuide: No published guide has that name.
            DownloadError: It could not be fetched; the message says what is kept.
            CheckpointError: It was fetched, but its weights cannot be read; they are removed again.
        """
        if is_hub_address(name):
            yield from fetch_hub_guide(HubAddress.parse(name), self.home / "models")
            return
        wanted = next((p for p in self.published if canonical(p.name) == canonical(name)), None)
        if wanted is None:
            raise UnknownGuide(f"No published guide is called “{name}”.")
        if wanted.archive:
            archive = self.home / "published" / Path(wanted.address).name
            limits = Limits(bytes=2 * MAX_FILE_BYTES)
            yield from download(wanted.address, archive, limits=limits, accept=check_archive)
            self._unpack(archive, wanted)
        else:
            path, limits = self.path_of(wanted), Limits(bytes=MAX_FILE_BYTES)
            yield from download(
                wanted.address, path, sha256=wanted.sha256, limits=limits, accept=lambda part: _accept(part, wanted)
            )

    def path_of(self, published: Published) -> Path:
        """Return where the weights of a published guide lie once they are downloaded."""
        return self.home / "published" / published.name / published.file

    def _unpack(self, archive: Path, wanted: Published) -> None:
        """Unpack every guide of ``archive`` and remove the archive; only a fault of the wanted one is raised."""
        together = [p for p in self.published if p.address == wanted.address]
        extract(archive, {p.file: self.path_of(p) for p in together}, limit=MAX_FILE_BYTES)
        archive.unlink()
        refused: dict[str, CheckpointError] = {}
        for published in together:
            path = self.path_of(published)
            if not path.is_file():
                continue
            try:
                _accept(path, published)
            except CheckpointError as error:
                refused[path.name] = error
                path.unlink()
            else:
                record_checksum(path, recorded_checksum(path) or file_checksum(path))
        if wanted.file in refused:
            raise refused[wanted.file]
        if not self.path_of(wanted).is_file():
            raise DownloadError(f"The archive holds no file “{wanted.file}”; its publisher may have renamed it.")

    def _found(self) -> Iterator[GuideEntry]:
        for folder, origin in self._folders():
            yield self._with_calibration(_entry_of_folder(folder, origin))
        for published in self.published:
            yield self._with_calibration(_entry_of_published(published, self.path_of(published)))

    def _with_calibration(self, entry: GuideEntry) -> GuideEntry:
        if entry.state is not GuideStatus.READY:
            return entry
        try:
            return replace(entry, calibration=self.calibrations.of(entry.sha256))
        except (CalibrationError, OSError) as error:
            return replace(entry, state=GuideStatus.BROKEN, reason=str(error))

    def _folders(self) -> Iterator[tuple[Path, Origin]]:
        for root, origin in ((self.bundled, Origin.BUNDLED), (self.home / "models", Origin.ADDED)):
            if root.is_dir():
                with file_errors(root):
                    folders = sorted(root.iterdir())
                yield from ((f, origin) for f in folders if (f / CARD_FILE).is_file())


def _place(entry: GuideEntry) -> tuple[bool, bool]:
    return entry.origin is not Origin.BUNDLED, bool(entry.card and entry.card.superseded_by)


def _stamp_of(file: Path) -> tuple[str, int, int]:
    try:
        stat = file.stat()
    except OSError:
        return str(file), -1, -1
    return str(file), stat.st_size, stat.st_mtime_ns


def here() -> Catalog:
    """Return the catalogue of this installation."""
    return Catalog(BUNDLED, home())


def entries() -> tuple[GuideEntry, ...]:
    """Return every guide of this installation."""
    return here().entries()


def load(name: str) -> GuideModel:
    """Return a guide of this installation; see :meth:`Catalog.load`."""
    return here().load(name)


def _entry_of_folder(folder: Path, origin: Origin) -> GuideEntry:
    entry = GuideEntry(name=folder.name, origin=origin, state=GuideStatus.BROKEN)
    try:
        card = parse_card(read_file(folder / CARD_FILE, at_most=MAX_CARD_BYTES + 1))
        entry = replace(entry, card=card, weights=folder / card.weights.file, sha256=card.weights.sha256)
        found = file_checksum(folder / card.weights.file)
    except CardError as error:
        return replace(entry, reason=str(error))
    except OSError as error:
        return replace(entry, reason=f"A file of this guide cannot be read ({error.strerror}); put it back.")
    if found != card.weights.sha256:
        return replace(entry, reason="The weight file is damaged: its checksum is not the one on the card.")
    return replace(entry, state=GuideStatus.READY)


def _entry_of_published(published: Published, path: Path) -> GuideEntry:
    entry = GuideEntry(published.name, Origin.PUBLISHED, GuideStatus.NOT_DOWNLOADED, weights=path, published=published)
    if not path.is_file():
        return entry
    expected = published.sha256 or recorded_checksum(path)
    try:
        found = file_checksum(path)
    except OSError as error:
        return replace(entry, state=GuideStatus.BROKEN, reason=f"The weight file cannot be read ({error.strerror}).")
    if found != expected:
        reason = "The weight file is not the one that was downloaded first; download it again."
        return replace(entry, state=GuideStatus.BROKEN, reason=reason)
    return replace(entry, state=GuideStatus.READY, sha256=found)


def _accept(path: Path, published: Published) -> None:
    """Accept a downloaded weight file that can be read and whose network is known.

    Raises:
        CheckpointError: It cannot, or is not.
    """
    blueprint_for(read_weights(path), published.architecture)


def _built(entry: GuideEntry, weights: Weights) -> GuideModel:
    """Return the guide of a ready ``entry``.

    Raises:
        CheckpointError: Its card or record does not describe these weights.
    """
    if entry.card is not None:
        guide = build_guide(weights, _blueprint_on(entry.card, weights), _description_of(entry, entry.card))
        return replace(guide, familiarity=_familiarity_of(entry), artefact_limits=_own_limits_of(entry, guide))
    assert entry.published is not None  # noqa: S101  every entry has the one or the other
    known = entry.published
    description = Description(known.name, known.classes, known.domain, training_epsilon=known.training_epsilon)
    return build_guide(weights, blueprint_for(weights, known.architecture), description)


def _with_nulls(guide: GuideModel, file: Path) -> GuideModel:
    """Return ``guide`` with the nulls in ``file``, or as it is where there is no such file.

    Raises:
        CheckpointError: The file cannot be used.
    """
    if not file.is_file():
        return guide
    data = read_file(file, at_most=MAX_EVIDENCE_BYTES + 1)
    sha256 = guide.provenance.weights_sha256
    return replace(guide, nulls=read_nulls(data, weights_sha256=sha256, classes=len(guide.classes)))


def fitness_on(card: Card) -> Fitness:
    """Return whether the guide of a card is fit to guide, by its measured figures."""
    scale = EpsilonScale.of(input_size=card.input_size, domain=card.domain)
    return fitness_of(card.measured, epsilon=scale.from_224(card.domain.attack_224), classes=len(card.classes))


def fitness_of_entry(entry: GuideEntry) -> Fitness:
    """Return whether a guide is fit to guide, by its calibration where that can judge, else by its card."""
    known = entry.card or entry.published
    if entry.calibration is not None and known is not None:
        scale = EpsilonScale.of(input_size=known.input_size, domain=known.domain)
        found = entry.calibration.fitness(epsilon=scale.from_224(known.domain.attack_224))
        if found.state is not Fit.CANNOT_JUDGE:
            return found
    return UNKNOWN if entry.card is None else fitness_on(entry.card)


def _familiarity_of(entry: GuideEntry) -> Familiarity | None:
    """Return what lies beside the card; a file that cannot be used leaves the guide as it is without one."""
    if entry.weights is None:
        return None
    try:
        return read_familiarity(entry.weights.parent, sha256=entry.sha256)
    except FamiliarityError:
        return None


def _own_limits_of(entry: GuideEntry, guide: GuideModel) -> OwnLimits | None:
    """Return the limits that lie beside the card; a file that cannot be used leaves the guide as it is without one."""
    if entry.weights is None:
        return None
    try:
        return read_own_limits(entry.weights.parent, weights_sha256=entry.sha256, input_size=guide.input_size)
    except OwnLimitsError:
        return None


def _description_of(entry: GuideEntry, card: Card) -> Description:
    return Description(
        name=entry.name,
        classes=card.classes,
        domain=card.domain,
        training_epsilon=card.training_epsilon,
        bundled=entry.origin is Origin.BUNDLED,
        caution=card.caution,
        fitness=fitness_on(card),
        references=card.references.known(),
        reliability=card.reliability,
    )


def _blueprint_on(card: Card, weights: Weights) -> Blueprint:
    match card.architecture:
        case CompactArchitecture(width=width, num_classes=classes, stem_stride=stride):
            known = compact(width=width, num_classes=classes, stem_stride=stride)
        case other:
            known = blueprint_for(weights, other.name)
    return replace(known, input_size=card.input_size, mean=card.mean, std=card.std)
