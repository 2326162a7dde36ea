"""Where learners sit courses: the library of courses, and the records of what learners do.

Every call reads the state anew from the records. Nothing about a sitting is kept in memory, so a killed server that
comes back knows as much as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from lwise_core._utils.file_errors import FileError, file_errors
from lwise_core.teaching.courses.course import MANIFEST, Course, CourseError, read_course
from lwise_core.teaching.courses.practice import practice_answer
from lwise_core.teaching.courses.session import Answered, LearnerState, OutOfTurn, judge, meant, total, upcoming
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.spacing import Practice, practice_after
from lwise_core.teaching.design.staircase import ShownTrial
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import Trial
from lwise_core.teaching.enrolment import check_target, enrolment_of
from lwise_core.teaching.languages.catalogue import Message
from lwise_core.teaching.records import store
from lwise_core.teaching.records.conversions import NO_MEASUREMENT
from lwise_core.teaching.records.standing import CourseStanding
from lwise_core.teaching.records.store import Records
from lwise_core.teaching.records.values import AnswerRefused, Sitting, TrialRecord, UnknownCourse


@dataclass(frozen=True)
class CourseLibrary:
    """The courses in ``folder``, one folder each; what is not a finished course is passed over.

    :meth:`unreadable` says of finished ones why they are.
    """

    folder: Path

    def courses(self) -> Mapping[str, Course]:
        """Return digest → course, by name."""
        found = sorted((c for c in self._found() if isinstance(c, Course)), key=lambda c: c.design.name)
        return {course.digest: course for course in found}

    def unreadable(self) -> tuple[str, ...]:
        """Return a sentence about every folder with a manifest that is no whole course: which one, and what to do."""
        return tuple(sorted(c for c in self._found() if isinstance(c, str)))

    def course(self, digest: str) -> Course:
        """Return the course with this digest.

        Raises:
            CourseError: It was changed or removed.
        """
        found = self.courses().get(digest)
        if found is None:
            raise CourseError(
                Message(
                    "This course was changed or removed since it was begun; every answer so far is kept. Tell whoever "
                    "gave you the course, who can put the folder back."
                )
            )
        return found

    def _found(self) -> Iterator[Course | str]:
        """Yield every course, or why it cannot be read."""
        for manifest in self.folder.glob(f"*/{MANIFEST}"):
            try:
                with file_errors(manifest):
                    stat = manifest.stat()
                yield _read_once(manifest.parent, (stat.st_mtime_ns, stat.st_size))
            except (CourseError, FileError) as error:  # it may be just being copied
                yield str(error)


@lru_cache(maxsize=64)
def _read_once(folder: Path, _stamp: tuple[int, int]) -> Course:
    """Return the course in ``folder``, read again only when its manifest's time or size changes."""
    return read_course(folder)


@dataclass(frozen=True)
class Coming:
    """What a learner gets next: ``trials`` in order, empty when the course is over, of ``total``.

    In a practice, trials are empty while nothing is due, ``practice`` is how it stands, and ``total`` is the least that
    this visit takes. ``now_s`` is the moment that this was asked for, in seconds of the clock of the records.
    """

    course: Course
    sitting: Sitting
    trials: tuple[Trial, ...]
    total: int
    practice: Practice | None = None
    now_s: float = 0.0

    @property
    def done(self) -> int:
        """How many trials are behind the learner, in a practice those of this visit."""
        before = 0 if self.practice is None else self.practice.visit_began
        return self.trials[0].number - before if self.trials else self.total


@dataclass(frozen=True)
class JudgedAnswer:
    """An answer as it is stored: the trial, and whether it was right."""

    sitting: Sitting
    trial: Trial
    correct: bool


@dataclass(frozen=True)
class CourseServer:
    """The library of courses and the records."""

    library: CourseLibrary
    records: Records

    def enrol(self, course: Course, *, participant: str, token: str | None = None, key: str = "") -> Sitting:
        """Give a learner who consents a place in the course: a slot, and a partner where the group needs one.

        Who comes back to a practice with the same code goes on with it; in no other course does a code open a sitting.
        ``key`` is what the learner's link brings, where the course asks for one.

        Raises:
            EnrolmentRefused: The course asks for another key, all its places are taken, or it has as many people as
                it needs.
            RecordsError: The code is taken or none, or the records cannot be reached.
        """
        known = self.records.add_course(
            name=course.design.name, manifest=(course.folder / MANIFEST).read_bytes()
        ).digest
        if course.design.practises and (back := self._back(known, participant)):
            enrolment_of(course.folder).check(key=key, enrolled=0)
            return back
        enrolment = enrolment_of(course.folder)
        enrolment.check(key=key, enrolled=0)

        def admit(standing: CourseStanding) -> None:
            enrolment.check(key=key, enrolled=standing.begun)
            check_target(course.design.terms.target, counting=standing.count)

        sitting = self.records.enrol(
            course=known,
            participant=participant,
            groups=course.design.slots,
            seed_for=course.design.seed_for,
            token=token,
            admit=admit,
        )
        self.records.consent(token=sitting.token)
        if sitting.group is Group.YOKED:
            self.records.yoke(token=sitting.token, to=Group.ADAPTIVE)
        return self.records.start(token=sitting.token)

    def begun(self, course: Course, *, participant: str, key: str = "") -> Sitting | None:
        """Return the sitting of who has begun a course with this code, None where nobody has.

        It opens answers, so it is for codes that nobody guesses, such as an ID of a recruiting service.

        Raises:
            EnrolmentRefused: The course asks for another key.
            RecordsError: The records cannot be reached.
        """
        try:
            found = self._back(course.digest, participant)
        except UnknownCourse:
            return None
        if found:
            enrolment_of(course.folder).check(key=key, enrolled=0)
        return found

    def coming(self, token: str) -> Coming:
        """Return what the learner gets next; with the last trial behind them, the sitting is finished.

        Raises:
            CourseError: The course was changed or removed.
            RecordsError: This token belongs to no participant, or the records cannot be reached.
        """
        sitting = self.records.sitting(token=token)
        course = self.library.course(sitting.course)
        learner = self._learner(sitting, self.records.answers(token=token))
        if course.design.practises:
            coming = _practising(course, sitting, learner)
        else:
            coming = Coming(course, sitting, upcoming(course, learner), total(course))
        if not coming.trials and sitting.finished is None:
            return replace(coming, sitting=self.records.finish(token=token))
        return coming

    def take(self, token: str, answer: Answer) -> JudgedAnswer:
        """Store an answer and return it judged; one that was stored before is returned as it was then.

        Raises:
            OutOfTurn: It is not an answer to the next trial.
            CourseError: The course was changed or removed.
            RecordsError: This token belongs to no participant, the answer cannot be recorded, or the records cannot be
                reached.
        """
        sitting = self.records.sitting(token=token)
        before = self.records.answers(token=token)
        if 0 <= answer.trial < len(before):
            kept = before[answer.trial]
            return JudgedAnswer(sitting, kept.trial, kept.correct)
        course = self.library.course(sitting.course)
        trial, correct = judge(course, self._learner(sitting, before), answer)
        if not course.design.timing.can_bring(answer):
            raise AnswerRefused(NO_MEASUREMENT)
        kept = self.records.store(token=token, trial=trial, answer=meant(trial, answer), correct=correct).record
        return JudgedAnswer(sitting, kept.trial, kept.correct)

    def _back(self, course: str, participant: str) -> Sitting | None:
        """Return the sitting of who has this code in a course."""
        return next((s for s in self.records.sittings(course=course) if s.participant == participant), None)

    def _learner(self, sitting: Sitting, before: tuple[TrialRecord, ...]) -> LearnerState:
        if [r.trial.number for r in before] != list(range(len(before))):
            raise OutOfTurn(
                Message("An earlier answer of this sitting is missing, so it cannot go on; tell who gave it to you.")
            )
        answered = tuple(Answered(*_shown(r), correct=r.correct) for r in before)
        if sitting.group is Group.PRACTICE:
            return LearnerState(sitting.slot, answered, practised=tuple(map(practice_answer, before)))
        if sitting.yoked_to is None:
            return LearnerState(sitting.slot, answered)
        partner = self.records.sitting(token=sitting.yoked_to)
        shown = tuple(ShownTrial(*_shown(r)) for r in self.records.answers(token=partner.token))
        return LearnerState(sitting.slot, answered, partner.slot, shown)


def _practising(course: Course, sitting: Sitting, learner: LearnerState) -> Coming:
    """Return what comes next in a practice: nothing while every class rests."""
    now_s = store.now().timestamp()
    practice = practice_after(course.classes, learner.practised)
    left = practice.least_left(now_s=now_s)
    if not left:
        return Coming(course, sitting, (), practice.visit_took, practice, now_s)
    least = learner.done - practice.visit_began + left
    return Coming(course, sitting, upcoming(course, learner), least, practice, now_s)


def _shown(record: TrialRecord) -> tuple[int, str, float]:
    return record.trial.number, record.trial.picture, record.trial.epsilon_224
