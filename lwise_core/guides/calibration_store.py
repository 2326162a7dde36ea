"""Where calibrations lie, and what of each is laid over its guide: references, figures, nulls, familiarity and limits.

A folder for each guide, named after the SHA-256 of its weights. What lies in it is untrusted, as a card is.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from lwise_core._utils.atomic_files import write_whole
from lwise_core._utils.file_errors import file_errors, make_folder, read_file
from lwise_core._utils.first_fault import reader_of
from lwise_core._utils.json_faults import fault_of
from lwise_core.guides.calibration import Calibration, CalibrationError, calibrated
from lwise_core.guides.checkpoint_error import CheckpointError
from lwise_core.guides.evidence_file import EVIDENCE_FILE, MAX_EVIDENCE_BYTES, read_nulls, write_nulls
from lwise_core.guides.evidence_nulls import EvidenceNulls
from lwise_core.guides.familiarity import FAMILIARITY_FILE, Familiarity, FamiliarityError, read_familiarity
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.own_limits import OWN_LIMITS_FILE, OwnLimits, OwnLimitsError, read_own_limits

MAX_CALIBRATION_BYTES = 100_000_000
_FILE = "calibration.json"
_READ = reader_of(TypeAdapter(Calibration))


@dataclass(frozen=True)
class CalibrationStore:
    """The calibrations of an installation, each with the nulls, familiarity and limits that were made with it."""

    folder: Path

    def of(self, weights_sha256: str) -> Calibration | None:
        """Return the calibration of these weights, None where there is none.

        Raises:
            CalibrationError: It is damaged.
            FileError: It cannot be read.
        """
        file = self.file_of(weights_sha256)
        return _parsed(read_file(file, at_most=MAX_CALIBRATION_BYTES + 1), file) if file.is_file() else None

    def all(self) -> tuple[Calibration, ...]:
        """Return every calibration there is, by the name of its guide.

        Raises:
            CalibrationError: One is damaged.
        """
        found = (self.of(file.parent.name) for file in self.files())
        return tuple(sorted((c for c in found if c is not None), key=lambda c: (c.guide, c.weights_sha256)))

    def laid_over(self, guide: GuideModel) -> GuideModel:
        """Return ``guide`` with what was measured of it laid over it, as it is where nothing was.

        Nulls and familiarity that it came with stay: they rest on more pictures than a person has.

        Raises:
            CalibrationError: Something is damaged.
            FileError: Something cannot be read.
        """
        laid = calibrated(guide, self.of(guide.provenance.sha256))
        if laid is guide:
            return guide
        return replace(
            laid,
            nulls=self._nulls(guide) if guide.nulls is None else guide.nulls,
            familiarity=self._familiarity(guide) if guide.familiarity is None else guide.familiarity,
            artefact_limits=self._artefact_limits(guide) or guide.artefact_limits,
        )

    def has_own_nulls(self, guide: GuideModel) -> bool:
        """Return whether ``guide``, laid over or not, came with nulls, so that none are made of a person's pictures."""
        return guide.nulls is not None and not self._beside(guide, EVIDENCE_FILE).is_file()

    def has_own_familiarity(self, guide: GuideModel) -> bool:
        """Return whether ``guide``, laid over or not, came with what tells pictures unlike all that it learnt."""
        return guide.familiarity is not None and not self._beside(guide, FAMILIARITY_FILE).is_file()

    def files(self) -> tuple[Path, ...]:
        """Return where they lie, sorted."""
        return tuple(sorted(self.folder.glob(f"*/{_FILE}"))) if self.folder.is_dir() else ()

    def hashes(self) -> tuple[str, ...]:
        """Return the hashes of the weights of which there is a calibration, whole, damaged or unfinished."""
        return tuple(sorted(f.name for f in self.folder.iterdir())) if self.folder.is_dir() else ()

    def keep(
        self,
        calibration: Calibration,
        *,
        nulls: EvidenceNulls | None = None,
        familiarity: Familiarity | None = None,
        artefact_limits: OwnLimits | None = None,
    ) -> None:
        """Store a calibration and what was made with it in place of an earlier one of the same weights.

        Raises:
            FileError: It cannot be written.
        """
        file = self.file_of(calibration.weights_sha256)
        make_folder(file.parent)
        with file_errors(file.parent):
            for name in (EVIDENCE_FILE, FAMILIARITY_FILE, OWN_LIMITS_FILE):
                (file.parent / name).unlink(missing_ok=True)
        if nulls is not None:
            write_whole(file.parent / EVIDENCE_FILE, write_nulls(nulls))
        if familiarity is not None:
            familiarity.write(file.parent)
        if artefact_limits is not None:
            artefact_limits.write(file.parent)
        text = json.dumps(asdict(calibration), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        write_whole(file, text.encode())  # last, for its time tells who keeps the guide that it has changed

    def remove(self, weights_sha256: str) -> bool:
        """Remove the calibration of these weights, with what one that was stopped has kept; return if there was any."""
        folder = self.file_of(weights_sha256).parent
        there = folder.is_dir()
        shutil.rmtree(folder, ignore_errors=True)
        return there

    def stamp(self, weights_sha256: str) -> int:
        """Return what changes when the calibration of these weights does, without reading it; 0 where there is none."""
        file = self.file_of(weights_sha256)
        return file.stat().st_mtime_ns if file.is_file() else 0

    def file_of(self, weights_sha256: str) -> Path:
        """Return where the calibration of these weights lies, whether it is there or not."""
        return self.folder / weights_sha256 / _FILE

    def unfinished(self, weights_sha256: str, key: str) -> Path:
        """Return the folder in which the calibration of these weights that is called ``key`` is at work."""
        return self.folder / weights_sha256 / f"unfinished-{key}"

    def _beside(self, guide: GuideModel, name: str) -> Path:
        return self.file_of(guide.provenance.sha256).with_name(name)

    def _nulls(self, guide: GuideModel) -> EvidenceNulls | None:
        file = self._beside(guide, EVIDENCE_FILE)
        if not file.is_file():
            return None
        data = read_file(file, at_most=MAX_EVIDENCE_BYTES + 1)
        try:
            return read_nulls(data, weights_sha256=guide.provenance.sha256, classes=len(guide.classes))
        except CheckpointError as error:
            raise _damaged(file) from error

    def _familiarity(self, guide: GuideModel) -> Familiarity | None:
        file = self._beside(guide, FAMILIARITY_FILE)
        try:
            return read_familiarity(file.parent, sha256=guide.provenance.weights_sha256)
        except FamiliarityError as error:
            raise _damaged(file) from error

    def _artefact_limits(self, guide: GuideModel) -> OwnLimits | None:
        file = self._beside(guide, OWN_LIMITS_FILE)
        try:
            return read_own_limits(file.parent, weights_sha256=guide.provenance.sha256, input_size=guide.input_size)
        except OwnLimitsError as error:
            raise _damaged(file) from error


def _parsed(data: bytes, file: Path) -> Calibration:
    try:
        return _READ(data)
    except ValidationError as error:
        raise CalibrationError(
            f"The calibration “{file}” is damaged ({fault_of(error)}); remove it and calibrate again."
        ) from error


def _damaged(file: Path) -> CalibrationError:
    return CalibrationError(f"“{file}”, made with a calibration, is damaged; remove that and calibrate again.")
