"""Making a course: every picture is ranked, and enhanced beforehand at every budget that a trial may ask for.

The result for a picture is stored under a key of everything that it depends on. A build that is killed and started
again does only the rest, and the same course comes out.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import torch
from pydantic import TypeAdapter, ValidationError

from lwise_core._utils.atomic_files import remove_half_written, write_whole
from lwise_core._utils.class_names import UnknownClass
from lwise_core._utils.file_errors import DISK_FULL, file_errors, make_folder
from lwise_core._utils.first_fault import reader_of
from lwise_core.data.decoding import Unusable
from lwise_core.data.training_images import UNREADABLE_SHARE
from lwise_core.enhancement.objectives import OBJECTIVES, Objective, objective_named
from lwise_core.enhancement.path import EnhancementPath, PathRequest, steps_for
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent, render
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.novelty import Novelty
from lwise_core.images.alignment import NotAPair
from lwise_core.images.codec import ImageRejected, Photograph, encode_png, open_photograph
from lwise_core.images.geometry import Crop, see, to_8_bit
from lwise_core.teaching.courses.course import (
    STIMULI,
    CourseError,
    Design,
    GuideNote,
    Manifest,
    Picture,
    Stimulus,
    write_course,
)
from lwise_core.teaching.courses.course_progress import CourseProgress, Tally
from lwise_core.teaching.courses.edited_pictures import EditedPictures
from lwise_core.teaching.courses.evidence_marks import EvidenceRing, rings_on
from lwise_core.teaching.courses.pictures import LabelledFile, Pictures
from lwise_core.teaching.courses.treated_pictures import TreatedPictures
from lwise_core.teaching.design.schedules import CATCH_EPSILON_224, Group, TrialQuestion
from lwise_core.teaching.design.trial_sampling import Candidate, CurriculumError, Pool, pictures_needed, trials_for

SIDE = 512
"""Largest side of a stimulus in pixels."""

LEARNERS_TRIED = 64
"""For so many learners the trials are drawn before a course is made: a class of learners, and some more."""

_MADE = "made"
_BESIDE_PATHS = 3  # steps of a path in which a picture is read, ranked and written, about
_LAYOUT = 1  # of what is written down: raise it when the same inputs give other pictures


@dataclass(frozen=True)
class _Made:
    """What is written down of one picture."""

    logit: float
    stimuli: tuple[Stimulus, ...]
    rivals: tuple[str, ...]
    unlike_p: float | None = None
    rings: tuple[EvidenceRing, ...] = ()


_ADAPTER = TypeAdapter(_Made)
_READ = reader_of(_ADAPTER)


@dataclass(frozen=True)
class CourseBuilder:
    """What makes the pictures of one course: a guide with what walks its paths, and the design.

    ``open_file`` decodes the bytes of a file, as :func:`open_photograph` does. ``edits`` are the pictures of the group
    that is shown an expert's.
    """

    walker: Walker
    design: Design
    classes: tuple[str, ...]
    open_file: Callable[..., Photograph] = open_photograph
    edits: EditedPictures | None = None

    @property
    def treated(self) -> TreatedPictures:
        """What makes the pictures that no guide alters."""
        return TreatedPictures(self.design, self.edits, self.open_file)

    @property
    def guide(self) -> GuideModel:
        """The guide that ranks and enhances."""
        return self.walker.guide

    def check(self) -> None:
        """Make sure that the guide can enhance what the course shows.

        Raises:
            CourseError: It does not know a class, or the course asks for more than its largest ε, or for aliases
                that are not one for each class.
        """
        if self.design.aliases and len(self.design.aliases) != len(self.classes):
            raise CourseError(
                f"There are {len(self.classes)} classes and {len(self.design.aliases)} aliases; match them."
            )
        try:
            targets = {self.guide.class_index(c) for c in self.classes}
        except UnknownClass as error:
            raise CourseError(
                f"{error} Call every folder as the guide calls the class, which its card lists, or choose a guide that "
                "knows every class of the course."
            ) from error
        if len(targets) < len(self.classes):
            raise CourseError("Two classes of the course are one class of the guide; name them apart.")
        scale, most = self.guide.epsilon_scale, max(self.design.compared_224, default=0.0)
        if scale.from_224(most) > scale.largest * (1 + 1e-9):
            raise CourseError(
                f"The schedule asks for ε₂₂₄ = {most:g}, and this guide goes up to {scale.at_224(scale.largest):g}."
            )

    def steps(self, pictures: Pictures) -> int:
        """Return how many steps of paths the pictures take that are shown enhanced, those that were made before too."""
        return sum(self._steps(candidate) for candidate in pictures.listed())

    def effort(self, picture: LabelledFile | Candidate) -> int:
        """Return what one picture takes, in steps of a path: those of its paths, and to read, rank and write it."""
        return _BESIDE_PATHS + self._steps(picture)

    def is_made(self, file: LabelledFile, folder: Path) -> bool:
        """Return whether the picture was made before."""
        return self._kept(file, folder).exists()

    def _kept(self, file: LabelledFile, folder: Path) -> Path:
        return folder / _MADE / f"{self._key(file)}.json"

    def make(self, file: LabelledFile, folder: Path) -> Picture:
        """Return one picture of the course with its stimuli written, or as it was made before.

        Raises:
            ImageRejected: It is not a picture that can be read.
        """
        kept = self._kept(file, folder)
        made = _made_before(kept, folder)
        if made is None:
            made = self._made(self.open_file(file.data, name=Path(file.name).name), file, folder)
            write_whole(kept, _ADAPTER.dump_json(made))
        candidate = Candidate(file.name, file.class_name, file.split, -made.logit, file.origin, made.rivals)
        novelty = Novelty(made.unlike_p, self.guide.held_out_count)
        return Picture(candidate, made.logit, made.stimuli, novelty.state, novelty.p, made.rings)

    def _made(self, photograph: Photograph, file: LabelledFile, folder: Path) -> _Made:
        subject = _subject(photograph)
        target = self.guide.class_index(file.class_name)
        logits, novelty = subject.logits(self.guide).tolist(), subject.novelty(self.guide)
        if not math.isfinite(logits[target]):
            raise CourseError("The guide returned a value that is not a number, so no course can be made with it.")
        others = (c for c in self.classes if c != file.class_name)
        rivals = tuple(sorted(others, key=lambda c: -logits[self.guide.class_index(c)]))
        enhanced = (
            self._stimulus(subject, path, epsilon, towards, folder)
            for towards in self._directions(file, rivals)
            for budgets in [self._budgets(towards, rivals)]
            for path in [self._path(subject, towards, most=max(budgets))]
            for epsilon in budgets
        )
        natural = Stimulus(0.0, "", _write(folder, subject.photograph))
        treated = [  # now, for an edit that is none leaves the picture out: before it is enhanced
            Stimulus(0.0, "", _write(folder, _subject(made).photograph), treatment=str(treatment))
            for treatment, made in self.treated.made(photograph, subject.photograph, name=file.name, split=file.split)
        ]
        rings = self._rings(subject, file) if self._shows_where(file) else ()
        return _Made(logits[target], (natural, *enhanced, *treated), rivals, novelty.p, rings)

    def _steps(self, listed: LabelledFile | Candidate) -> int:
        """Return how many steps one picture takes; how many rivals it has is known, and not yet their order."""
        rivals, scale = tuple(c for c in self.classes if c != listed.class_name), self.guide.epsilon_scale
        farthest = [max(self._budgets(towards, rivals)) for towards in self._directions(listed, rivals)]
        if self._shows_where(listed):
            farthest.append(max(self.design.compared_224))
        return sum(steps_for(scale.from_224(epsilon), step=scale.step) for epsilon in farthest)

    def _shows_where(self, file: LabelledFile | Candidate) -> bool:
        """Return whether feedback may show where this picture speaks for its class."""
        schedule = self.design.schedule
        asked = any(g.shows_where for g in self.design.slots) and self.design.compared_224
        return bool(asked) and file.split in schedule.altered_splits

    def _rings(self, subject: CroppedPhotograph, file: LabelledFile) -> tuple[EvidenceRing, ...]:
        """Return where the picture has evidence for its class that grows on the longest path that is shown."""
        return rings_on(self._path(subject, file.class_name, most=max(self.design.compared_224)))

    def _directions(self, file: LabelledFile | Candidate, rivals: Sequence[str]) -> Iterator[str]:
        """Yield the classes that a picture is enhanced towards, none where no block shows it altered.

        ``rivals`` are the other classes, the likeliest first: two pictures of one original go towards both of its ends.
        """
        if file.split not in self.design.schedule.altered_splits or not self.design.compared_224:
            return
        spots = any(b.question is TrialQuestion.SPOT and b.split == file.split for b in self.design.schedule.blocks)
        if spots or any(g.enhances for g in self.design.slots):
            yield file.class_name
        if Group.WRONG_CLASS in self.design.slots:
            yield from rivals
        elif spots:
            yield from dict.fromkeys((rivals[0], rivals[-1]))

    def _budgets(self, towards: str, rivals: Sequence[str]) -> tuple[float, ...]:
        """Return every budget at which a picture is shown enhanced towards a class, rising."""
        caught = any(b.catch for b in self.design.schedule.blocks) and towards == rivals[0]
        return tuple(sorted({*self.design.compared_224, *((CATCH_EPSILON_224,) if caught else ())}))

    def _path(self, subject: CroppedPhotograph, towards: str, *, most: float) -> EnhancementPath:
        """Return the one path that every budget is read from, the largest of which is ``most`` at 224 px."""
        scale = self.guide.epsilon_scale
        request = PathRequest.single(
            subject.seen(size=self.guide.input_size),
            target=self.guide.class_index(towards),
            objective=self._objective(),
        )
        return self.walker.reach(request, epsilon=scale.from_224(most))

    def _objective(self) -> Objective:
        rivals = self.classes if OBJECTIVES[self.design.objective].takes_rivals else ()
        return objective_named(self.design.objective, rivals=[self.guide.class_index(c) for c in rivals])

    def _stimulus(
        self, subject: CroppedPhotograph, path: EnhancementPath, epsilon_224: float, towards: str, folder: Path
    ) -> Stimulus:
        enhancement = path.at(self.guide.epsilon_scale.from_224(epsilon_224))
        target = self.guide.class_index(towards)
        rendering = render(self.guide, subject, enhancement, target=target, extent=Extent.PHOTOGRAPH)
        picture = replace(subject.photograph, pixels=rendering.pixels)
        return Stimulus(epsilon_224, towards, _write(folder, picture), kept=rendering.kept)

    def _key(self, file: LabelledFile) -> str:
        words = (
            str(_LAYOUT),
            hashlib.sha256(file.data).hexdigest(),
            file.class_name,
            *self.classes,
            *self._directions(file, [c for c in self.classes if c != file.class_name]),
            *map(str, sorted(self.design.schedule.questions - {TrialQuestion.NAME})),
            self.design.objective,
            *map(repr, self.design.epsilons_224),
            self.guide.provenance.sha256,
            str(self.walker.twin is None),
            *(("where",) if self._shows_where(file) else ()),
            *self.treated.key(name=file.name, split=file.split),
            torch.__version__,
            *(() if self.guide.familiarity is None else (self.guide.familiarity.digest,)),
        )
        return hashlib.sha256("\0".join(words).encode()).hexdigest()


def build_course(folder: Path, maker: CourseBuilder, pictures: Pictures) -> Iterator[CourseProgress]:
    """Make a course in ``folder``, yield how far it is after every picture, and with the last one the course.

    To stop iterating is to stop; what was made stays, and the next call goes on from there.

    Raises:
        CourseError: The guide does not fit, too many pictures cannot be read, too few fill the schedule, or the disk
            is full.
    """
    maker.check()
    try:
        with file_errors(folder):
            yield from _built(folder, maker, pictures)
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        raise CourseError("The disk is full; what was made stays: make room and make the course again.") from error


def _built(folder: Path, maker: CourseBuilder, pictures: Pictures) -> Iterator[CourseProgress]:
    listed = list(pictures.listed())
    check_filled(maker.design, listed)  # before hours of work; and of what can be read, after it
    maker.treated.check((c.name, c.split) for c in listed)
    for part in (STIMULI, _MADE):
        make_folder(folder / part)
    remove_half_written(folder)
    tally = Tally(total=len(pictures), effort=sum(map(maker.effort, listed)))
    made: list[Picture] = []
    for file in pictures:
        effort = maker.effort(file) if isinstance(file, LabelledFile) else 0
        before = isinstance(file, LabelledFile) and maker.is_made(file, folder)
        result = _tried(maker, file, folder)
        if isinstance(result, Picture):
            made.append(result)
            tally.made(effort=effort, before=before)
        else:
            tally.leave_out(result.sentence, effort=effort)
            if len(tally.left_out) > UNREADABLE_SHARE * len(pictures):
                raise CourseError(f"Too many pictures cannot be read; the first: {tally.left_out[0]}")
        yield tally.progress()
    check_filled(maker.design, [p.candidate for p in made])
    guide = GuideNote(maker.guide.name, maker.guide.provenance.weights_sha256, maker.guide.input_size)
    versions = {name: version(name) for name in ("torch", "numpy", "pillow")}
    yield tally.end(write_course(folder, Manifest("L-WISE course 1", maker.design, guide, tuple(made), versions)))


def _tried(maker: CourseBuilder, file: LabelledFile | Unusable, folder: Path) -> Picture | Unusable:
    """Return a picture of the course, or why there is none."""
    if isinstance(file, Unusable):
        return file
    try:
        return maker.make(file, folder)
    except (ImageRejected, NotAPair) as error:
        return Unusable(str(error))


def check_filled(design: Design, candidates: Sequence[Candidate]) -> None:
    """Make sure that the trials of the first learners can be drawn, whatever the difficulties are.

    Which picture is repeated is drawn for each learner: where a class has no picture to spare, some learners' trials
    could not be drawn although others' can.

    Raises:
        CourseError: They cannot, and the sentence says how many pictures are needed, or else why.
    """
    if missing := _missing_words(design, candidates):
        raise CourseError(missing)
    try:
        pool = Pool(tuple(candidates), as_published=design.as_published)
        for slot in range(max(LEARNERS_TRIED, len(design.slots))):
            if not (group := design.group(slot)).follows_answers:
                trials_for(pool, design.schedule_of(slot), group, seed=design.seed_for(slot))
    except CurriculumError as error:
        counts = Counter(f"{c.class_name} in “{c.split}”" for c in candidates)
        raise CourseError(f"{error} (In all: {', '.join(f'{n} of {c}' for c, n in counts.items())}.)") from error


def _missing_words(design: Design, candidates: Sequence[Candidate]) -> str:
    """Return the sentence about all the pictures that are too few, whatever is drawn; empty where none are."""
    needed = _needed(design)
    counts = Counter((c.class_name, c.split) for c in candidates)
    names = sorted({c.class_name for c in candidates})
    short = [f"{n - counts[c, s]} of {c} in “{s}”" for s, n in needed.items() for c in names if counts[c, s] < n]
    if not short:
        return ""
    asked = " and ".join(f"{n} in “{split}”" for split, n in needed.items())
    return (
        f"This schedule needs {asked} of each class, and missing are {', '.join(short)}; add pictures, or ask for "
        "fewer a block."
    )


def _needed(design: Design) -> dict[str, int]:
    """Return how many pictures each class needs, by split, for the group of every place in the rotation."""
    needed: Counter[str] = Counter()
    for place, group in enumerate(design.slots):
        if not group.follows_answers:
            needed |= Counter(pictures_needed(design.schedule_of(place), {group}, as_published=design.as_published))
    return dict(sorted(needed.items()))


def _subject(photograph: Photograph) -> CroppedPhotograph:
    """Return the central square of a photograph, no larger than ``SIDE``."""
    square = Crop.central(photograph).of(photograph.pixels)
    if len(square) > SIDE:
        square = to_8_bit(see(square, size=SIDE)).transpose(1, 2, 0)
    picture = replace(photograph, pixels=square)
    return CroppedPhotograph(picture, Crop.central(picture))


def _write(folder: Path, picture: Photograph) -> str:
    """Write a picture under the hash of its file, unless it is there, and return the hash."""
    data = encode_png(picture.pixels)
    digest = hashlib.sha256(data).hexdigest()
    file = folder / STIMULI / f"{digest}.png"
    if not file.is_file():
        write_whole(file, data)
    return digest


def _made_before(kept: Path, folder: Path) -> _Made | None:
    """Return what was made of a picture before, None when there is nothing whole."""
    try:
        made = _READ(kept.read_bytes())
    except (OSError, ValidationError):
        return None
    return made if all((folder / STIMULI / f"{s.file}.png").is_file() for s in made.stimuli) else None
