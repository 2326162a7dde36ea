"""A course is a folder: pictures named by their hashes, and a manifest that says which learner is shown which.

It can be copied and used anywhere: nothing in it points outside. Its digest, the hash of the manifest,
tells it from every other; learners' answers belong to a digest, so a course that was changed is another one.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from lwise_core._utils.atomic_files import write_whole
from lwise_core._utils.file_errors import FileError, read_file
from lwise_core._utils.first_fault import reader_of
from lwise_core._utils.json_faults import fault_of
from lwise_core.guides.novelty import NoveltyState
from lwise_core.teaching.courses.course_design import CourseError, Design
from lwise_core.teaching.courses.evidence_marks import EvidenceRing
from lwise_core.teaching.courses.picture_keys import PictureKey
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.trial_sampling import Candidate, Pool, Trial, aliases_for, trials_for
from lwise_core.teaching.design.trials import LEFT, RIGHT
from lwise_core.teaching.languages.catalogue import Message

__all__ = [
    "LARGEST_MANIFEST",
    "MANIFEST",
    "STIMULI",
    "Course",
    "CourseError",
    "Design",
    "GuideNote",
    "Manifest",
    "Picture",
    "PictureFlip",
    "Stimulus",
    "natural_of",
    "read_course",
    "write_course",
]

MANIFEST = "course.json"
STIMULI = "stimuli"
LARGEST_MANIFEST = 100_000_000
"""Bytes; a course of 10,000 pictures at seven budgets takes about 10 MB."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_PUT_BACK = "copy the whole folder, or make it again."


@dataclass(frozen=True)
class Stimulus:
    """One picture as it is shown: enhanced ``towards`` a class at ``epsilon_224``, or natural (0 and empty).

    ``treatment`` is what altered it where no guide did (:class:`~lwise_core.teaching.design.treatments.Treatment`).
    ``file`` is the SHA-256 of its PNG. ``kept`` is the share of the logit's gain that its 8-bit pixels keep, None where
    there was no gain.
    """

    epsilon_224: float
    towards: str
    file: str
    kept: float | None = None
    treatment: str = ""

    @property
    def natural(self) -> bool:
        """Whether it is the picture as it is."""
        return not self.epsilon_224 and not self.treatment

    def __post_init__(self) -> None:
        if not _DIGEST.fullmatch(self.file):
            raise ValueError("a stimulus is named by its hash")


@dataclass(frozen=True)
class Picture:
    """One picture of a course: what it shows, how hard the guide finds it, and its stimuli.

    ``rings`` are where the picture has evidence for its class that grew as it was enhanced. ``unlike`` says whether the
    original is unlike everything that the guide learnt, and ``unlike_p`` its p, None where that could not be judged;
    courses that were made before they were asked say nothing.
    """

    candidate: Candidate
    logit: float
    stimuli: tuple[Stimulus, ...]
    unlike: NoveltyState = NoveltyState.CANNOT_JUDGE
    unlike_p: float | None = None
    rings: tuple[EvidenceRing, ...] = ()


def natural_of(picture: Picture) -> Stimulus:
    """Return the stimulus that shows ``picture`` as it is."""
    return next(s for s in picture.stimuli if s.natural)


@dataclass(frozen=True)
class GuideNote:
    """The guide that ranked and enhanced the pictures."""

    name: str
    sha256: str
    input_size: int


@dataclass(frozen=True)
class Manifest:
    """What ``course.json`` holds."""

    format: Literal["L-WISE course 1"]
    design: Design
    guide: GuideNote
    pictures: tuple[Picture, ...]
    versions: Mapping[str, str]


_ADAPTER = TypeAdapter(Manifest)
_READ = reader_of(_ADAPTER)


@dataclass(frozen=True)
class PictureFlip:
    """What feedback shows besides: a picture as it is and as it was enhanced, and rings in both."""

    original: Path
    enhanced: Path
    epsilon_224: float
    rings: tuple[EvidenceRing, ...]


@dataclass(frozen=True)
class Course:
    """A course as it lies in ``folder``."""

    folder: Path
    manifest: Manifest
    digest: str

    @property
    def design(self) -> Design:
        """What was decided about it."""
        return self.manifest.design

    @cached_property
    def pool(self) -> Pool:
        """The pictures that trials are drawn from."""
        return Pool(tuple(p.candidate for p in self.manifest.pictures), as_published=self.design.as_published)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes, sorted."""
        return self.pool.classes

    def trials(self, slot: int) -> tuple[Trial, ...]:
        """Return the trials of the learner who comes as number ``slot``.

        Raises:
            CurriculumError: The pictures are too few, or the group's trials follow answers.
        """
        design = self.design
        return trials_for(self.pool, design.schedule_of(slot), design.group(slot), seed=design.seed_for(slot))

    def names(self, language: str) -> Mapping[str, str]:
        """Return class → what it is called in a language, as it is where the design has no name for it."""
        known = self.design.class_names.get(language, {})
        return {c: known.get(c, c) for c in self.classes}

    def labels(self, participant: str, *, language: str = "en") -> Mapping[str, str]:
        """Return class → the name that a learner knows it by; the same in every course of one seed and aliases."""
        if not self.design.aliases:
            return self.names(language)
        words = hashlib.sha256(f"{self.design.seed}\0{participant}".encode()).digest()
        return aliases_for(self.classes, self.design.aliases, seed=int.from_bytes(words[:8]))

    def examples(self) -> Mapping[str, tuple[str, ...]]:
        """Return class → digests of the natural pictures that introduce it, the easiest first.

        They are of no split that a test draws from; empty where the design asks for none, or no other split is there.
        """
        tested = {block.split for block in self.design.schedule.tests}
        shown: dict[str, list[Picture]] = {name: [] for name in self.classes}
        for picture in sorted(self.manifest.pictures, key=lambda p: (p.candidate.difficulty, p.candidate.name)):
            if picture.candidate.split not in tested:
                shown[picture.candidate.class_name].append(picture)
        wanted = self.design.examples
        found = {name: tuple(natural_of(p).file for p in ps[:wanted]) for name, ps in shown.items()}
        return {name: files for name, files in found.items() if files}

    def stimulus(self, trial: Trial) -> Path | None:
        """Return the picture that a trial shows, of two the right one; None for calibration with a shape."""
        return None if trial.shows_shapes else self.file(self._stimuli[PictureKey.of(trial)].file)

    def foil(self, trial: Trial) -> Path | None:
        """Return the picture that stands beside the right one of a trial; None where there is one, or a shape."""
        return (
            None
            if trial.foil is None or trial.shows_shapes
            else self.file(self._stimuli[PictureKey.of(trial.foil)].file)
        )

    def original(self, trial: Trial) -> Path:
        """Return the natural picture of what a trial shows, of two pictures the right one."""
        return self.file(self._stimuli[PictureKey(trial.picture)].file)

    def sides(self, trial: Trial) -> Mapping[str, Path]:
        """Return the side → the picture that stands there; empty where a trial shows one picture, or shapes."""
        foil, right = self.foil(trial), self.stimulus(trial)
        if foil is None or right is None:
            return {}
        return {trial.side: right, LEFT if trial.side == RIGHT else RIGHT: foil}

    def where(self, trial: Trial, group: Group) -> PictureFlip | None:
        """Return what feedback to a trial shows of ``group``, None where it shows no more than was right.

        The enhanced version is the one that was enhanced most towards what the picture shows.
        """
        if not group.shows_where or not trial.feedback or not trial.scored or trial.foil is not None:
            return None
        picture = self._pictures[trial.picture]
        own = [s for s in picture.stimuli if s.towards == picture.candidate.class_name]
        if not own:
            return None
        enhanced = max(own, key=lambda s: s.epsilon_224)
        return PictureFlip(
            self.file(natural_of(picture).file), self.file(enhanced.file), enhanced.epsilon_224, picture.rings
        )

    def file(self, digest: str) -> Path:
        """Return the file of a stimulus of this course.

        Raises:
            CourseError: The course has no such stimulus.
        """
        if digest not in self._files:
            raise CourseError(Message("This course has no such picture."))
        return self.folder / STIMULI / f"{digest}.png"

    def picture(self, digest: str) -> bytes:
        """Return the PNG of a stimulus of this course, as it was made: nobody is to learn from another one.

        Raises:
            CourseError: The course has no such stimulus, or its file is gone or damaged.
        """
        file = self.file(digest)
        try:
            data = read_file(file)
        except FileError:
            data = b""
        if hashlib.sha256(data).hexdigest() != digest:
            raise CourseError(
                Message(
                    "The picture “{picture}” of “{course}” is gone or damaged; copy the whole folder, or make it "
                    "again.",
                    picture=file.name,
                    course=self.folder.name,
                )
            )
        return data

    def kept(self) -> Mapping[float, float]:
        """Return ε₂₂₄ → the median share of the gain that its 8-bit pictures keep."""
        shares: Mapping[float, list[float]] = defaultdict(list)
        for stimulus in self._stimuli.values():
            if stimulus.epsilon_224 and stimulus.kept is not None:
                shares[stimulus.epsilon_224].append(stimulus.kept)
        return {epsilon: median(kept) for epsilon, kept in sorted(shares.items())}

    @cached_property
    def _pictures(self) -> Mapping[str, Picture]:
        return {p.candidate.name: p for p in self.manifest.pictures}

    @cached_property
    def _stimuli(self) -> Mapping[PictureKey, Stimulus]:
        return {
            PictureKey(p.candidate.name, s.epsilon_224, s.towards, s.treatment): s
            for p in self.manifest.pictures
            for s in p.stimuli
        }

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(s.file for s in self._stimuli.values())


def read_course(folder: Path) -> Course:
    """Return the course in ``folder``.

    Raises:
        CourseError: There is none, it cannot be read, or a picture is missing.
        FileError: The system does not let its manifest be read.
    """
    file = folder / MANIFEST
    if not file.is_file():
        raise CourseError(f"“{folder.name}” holds no {MANIFEST}, so it is not a finished course; finish making it.")
    if file.stat().st_size > LARGEST_MANIFEST:
        raise CourseError(f"The manifest of “{folder.name}” is too large to be one; {_PUT_BACK}")
    data = read_file(file)
    try:
        manifest = _READ(data)
    except ValidationError as error:
        raise CourseError(
            f"The manifest of “{folder.name}” is damaged and cannot be read ({fault_of(error)}); {_PUT_BACK}"
        ) from error
    course = Course(folder, manifest, hashlib.sha256(data).hexdigest())
    missing = next((f for f in sorted(course._files) if not course.file(f).is_file()), None)
    if missing:
        raise CourseError(f"“{folder.name}” lacks the picture {missing[:12]}…; {_PUT_BACK}")
    return course


def write_course(folder: Path, manifest: Manifest) -> Course:
    """Write the manifest of a course whose pictures are all in ``folder``, and return the course."""
    write_whole(folder / MANIFEST, _ADAPTER.dump_json(manifest, indent=1))
    return read_course(folder)
