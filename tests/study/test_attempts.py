"""What one person did in one course."""

from pathlib import Path

from lwise_core.study.attempts import attempts_in
from lwise_core.teaching.courses.course import Course, natural_of
from lwise_core.teaching.courses.session import total
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import TrialKind
from lwise_core.teaching.records.store import Records
from lwise_core.teaching.server import CourseLibrary, CourseServer


def test_what_was_met_is_known_by_its_contents_and_tests_by_their_moments(course: Course, tmp_path: Path) -> None:
    with Records.open(url=f"sqlite:///{tmp_path / 'records.db'}") as records:
        server = CourseServer(CourseLibrary(course.folder.parent), records)
        token = server.enrol(course, participant="p1").token
        for _ in range(total(course)):
            trial = server.coming(token).trials[0]
            choice, reaction = (
                (trial.answer, 500.0) if trial.number % 2 else ("", None)
            )  # every other one ran out of time
            server.take(token, Answer(trial.number, choice, reaction, onset_ms=1.0, choices_ms=1.0))
        (attempt,) = attempts_in(records, course)
        answered = records.answers(token=token)
    files = {p.candidate.name: natural_of(p).file for p in course.manifest.pictures}
    tests = [r for r in answered if r.trial.kind is TrialKind.MAIN and not r.trial.feedback]
    assert attempt.tested == tuple((files[r.trial.picture], r.correct) for r in tests)
    assert attempt.accuracy == sum(r.correct for r in tests) / len(tests)
    assert (attempt.began, attempt.ended) == (tests[0].stored_at, tests[-1].stored_at)
    shown = {files[r.trial.picture] for r in answered if r.trial.kind is not TrialKind.CALIBRATION}
    assert set(attempt.met) == shown
    assert min(attempt.met.values()) == min(r.stored_at for r in answered if r.trial.kind is not TrialKind.CALIBRATION)
    assert (attempt.participant, attempt.group) == ("p1", "control")
