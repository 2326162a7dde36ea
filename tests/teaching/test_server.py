"""Learners sit courses, and nothing that happens to the server loses or doubles an answer."""

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lwise_core.teaching.courses.course import MANIFEST, Course, CourseError, write_course
from lwise_core.teaching.courses.practice import make_practice
from lwise_core.teaching.courses.session import OutOfTurn, total
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.spacing import in_a_row_for
from lwise_core.teaching.design.study_terms import StudyTerms
from lwise_core.teaching.design.timing import LEARNING, Answer
from lwise_core.teaching.design.trial_sampling import Trial
from lwise_core.teaching.enrolment import Enrolment, EnrolmentRefused, set_enrolment
from lwise_core.teaching.records.standing import AT_IT
from lwise_core.teaching.records.store import Records, new_token
from lwise_core.teaching.records.values import AnswerRefused, CodeTaken, UnknownSitting
from lwise_core.teaching.server import Coming, CourseLibrary, CourseServer


@pytest.fixture
def library(course: Course, tmp_path: Path) -> CourseLibrary:
    shutil.copytree(course.folder, tmp_path / "courses" / "phantom")
    return CourseLibrary(tmp_path / "courses")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'records.db'}"


@pytest.fixture
def classroom(library: CourseLibrary, url: str) -> Iterator[CourseServer]:
    with Records.open(url=url) as records:
        yield CourseServer(library, records)


def answer(trial: Trial, *, right: bool = True) -> Answer:
    chosen, after = (trial.answer, 812.5) if right else ("", None)  # wrong because time was out
    return Answer(trial.number, chosen, after, onset_ms=100.25, choices_ms=100.25)


def sat(classroom: CourseServer, token: str, *, trials: int, right: bool = True) -> Coming:
    """Return what comes after so many more trials."""
    for _ in range(trials):
        coming = classroom.coming(token)
        classroom.take(token, answer(coming.trials[0], right=right))
    return classroom.coming(token)


def test_a_course_is_sat_from_the_first_trial_to_the_last(classroom: CourseServer, course: Course) -> None:
    sitting = classroom.enrol(course, participant="p1")
    assert sitting.consented_at
    assert sitting.started
    coming = sat(classroom, sitting.token, trials=total(course))
    assert coming.trials == ()
    assert coming.sitting.finished
    assert coming.done == coming.total
    assert [r.trial for r in classroom.records.answers(token=sitting.token)] == list(course.trials(sitting.slot))


def test_learners_take_the_groups_in_turn(classroom: CourseServer, course: Course) -> None:
    groups = [classroom.enrol(course, participant=f"p{i}").group for i in range(5)]
    assert groups == [Group.CONTROL, Group.L_WISE, Group.ADAPTIVE, Group.YOKED, Group.CONTROL]


def test_two_people_cannot_have_one_code(classroom: CourseServer, course: Course) -> None:
    classroom.enrol(course, participant="p1")
    with pytest.raises(CodeTaken, match="choose another code"):
        classroom.enrol(course, participant="p1")


def test_an_answer_that_is_sent_twice_is_stored_once(classroom: CourseServer, course: Course) -> None:
    token = classroom.enrol(course, participant="p1").token
    first = classroom.coming(token).trials[0]
    assert classroom.take(token, answer(first)).correct
    assert classroom.take(token, answer(first, right=False)).correct
    assert len(classroom.records.answers(token=token)) == 1


@pytest.mark.parametrize(
    ("choice", "after"),
    [
        ("right", None),  # a choice without its time
        ("", 812.5),  # a time without a choice
        ("right", LEARNING.lockout_ms - 10),  # when no answer counts yet
        ("right", LEARNING.choice_ms + 10),  # when time is out
        ("right", 2.5e9),
    ],
)
def test_an_answer_that_no_trial_of_the_course_can_bring_is_refused(
    classroom: CourseServer, course: Course, choice: str, after: float | None
) -> None:
    assert course.design.timing == LEARNING
    token = classroom.enrol(course, participant="p1").token
    first = classroom.coming(token).trials[0]
    made_up = replace(answer(first), choice=first.answer if choice else "", reaction_ms=after)
    with pytest.raises(AnswerRefused, match="no measurement"):
        classroom.take(token, made_up)
    assert classroom.records.answers(token=token) == ()
    for edge in (LEARNING.lockout_ms, LEARNING.choice_ms):
        classroom.take(token, replace(answer(classroom.coming(token).trials[0]), reaction_ms=edge))


def test_of_two_who_come_for_the_last_place_at_once_one_gets_it(
    classroom: CourseServer, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_looked = threading.Barrier(2, timeout=60)

    def one_place(_folder: Path) -> Enrolment:
        both_have_looked.wait()
        return Enrolment(most=1)

    monkeypatch.setattr("lwise_core.teaching.server.enrolment_of", one_place)
    refused = []

    def come(code: str) -> None:
        try:
            classroom.enrol(course, participant=code)
        except EnrolmentRefused as error:
            refused.append(str(error))

    people = [threading.Thread(target=come, args=(code,)) for code in ("p1", "p2")]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert refused == ["All 1 places of this course are taken; tell whoever gives it. Nothing was begun."]
    assert len(classroom.records.sittings(course=course.digest)) == 1


def test_answers_out_of_turn_are_refused_and_nothing_is_stored(classroom: CourseServer, course: Course) -> None:
    token = classroom.enrol(course, participant="p1").token
    second = classroom.coming(token).trials[1]
    for trial in (second, replace(second, number=-1)):
        with pytest.raises(OutOfTurn):
            classroom.take(token, answer(trial))
    assert classroom.records.answers(token=token) == ()


def test_a_server_that_comes_back_goes_on_with_the_very_next_trial(
    classroom: CourseServer, course: Course, url: str
) -> None:
    token = classroom.enrol(course, participant="p1").token
    sat(classroom, token, trials=7)
    with Records.open(url=url) as again:
        assert replace(classroom, records=again).coming(token).trials[0] == course.trials(0)[7]


def test_adaptive_learners_are_followed_and_yoked_ones_see_the_same(classroom: CourseServer, course: Course) -> None:
    tokens = [classroom.enrol(course, participant=f"p{i}").token for i in range(3)]
    sat(classroom, tokens[2], trials=total(course), right=False)
    yoked = classroom.enrol(course, participant="p3")
    assert classroom.records.sitting(token=yoked.token).yoked_to == tokens[2]
    sat(classroom, yoked.token, trials=total(course))
    assert [r.trial for r in classroom.records.answers(token=yoked.token)] == [
        r.trial for r in classroom.records.answers(token=tokens[2])
    ]


def test_a_course_that_was_changed_under_a_sitting_stops_it_and_keeps_the_answers(
    classroom: CourseServer, course: Course
) -> None:
    token = classroom.enrol(course, participant="p1").token
    sat(classroom, token, trials=3)
    manifest = classroom.library.folder / "phantom" / MANIFEST
    before = manifest.read_bytes()
    manifest.write_text(json.dumps(json.loads(before) | {"versions": {}}))
    for call in (lambda: classroom.coming(token), lambda: classroom.take(token, answer(course.trials(0)[3]))):
        with pytest.raises(CourseError, match="every answer so far is kept"):
            call()
    assert len(classroom.records.answers(token=token)) == 3
    manifest.write_bytes(before)
    assert classroom.coming(token).done == 3


def test_a_token_of_nobody_opens_nothing(classroom: CourseServer) -> None:
    with pytest.raises(UnknownSitting):
        classroom.coming(new_token())


def test_what_is_no_finished_course_does_not_stand_on_the_shelf(library: CourseLibrary, course: Course) -> None:
    (library.folder / "half").mkdir()
    (library.folder / "other").mkdir()
    (library.folder / "other" / MANIFEST).write_text("[]")
    assert list(library.courses()) == [course.digest]
    assert library.course(course.digest).design == course.design


@pytest.mark.parametrize("content", [b"", b"\x9c\xff", b"{}"])
def test_a_damaged_course_is_said_by_name_and_the_others_are_offered(
    library: CourseLibrary, course: Course, content: bytes
) -> None:
    (library.folder / "being made" / "stimuli").mkdir(parents=True)
    damaged = Path(shutil.copytree(course.folder, library.folder / "old"))
    (damaged / MANIFEST).write_bytes(content)
    assert list(library.courses()) == [course.digest]
    (sentence,) = library.unreadable()
    assert sentence.startswith("The manifest of “old” is damaged and cannot be read (")
    assert sentence.endswith("copy the whole folder, or make it again.")
    (damaged / MANIFEST).write_bytes((course.folder / MANIFEST).read_bytes())
    assert library.unreadable() == ()


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    """The clock of the records, which the test sets."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("lwise_core.teaching.records.store.now", clock)
    return clock


@pytest.fixture
def practice(course: Course, library: CourseLibrary) -> Course:
    return make_practice(course, library.folder / "practice")


def until_known(classroom: CourseServer, token: str) -> Coming:
    """Return what comes after somebody was right and quick until everything is known."""
    for _ in range(200):
        coming = classroom.coming(token)
        if not coming.trials:
            return coming
        classroom.take(token, answer(coming.trials[0]))
    raise AssertionError("a practice that does not end")


def test_a_practice_ends_when_everything_is_known_and_is_due_again_after_days(
    classroom: CourseServer, practice: Course, clock: Clock
) -> None:
    token = classroom.enrol(practice, participant="p1").token
    first = classroom.coming(token)
    assert (first.done, first.total) == (0, 4 * in_a_row_for(4))
    over = until_known(classroom, token)
    assert over.sitting.finished == NOON
    assert over.done == over.total == len(classroom.records.answers(token=token))
    clock.moment = NOON + timedelta(hours=10)
    assert classroom.coming(token).trials == ()
    clock.moment = NOON + timedelta(days=1)
    again = classroom.coming(token)
    assert (again.done, again.total) == (0, first.total)
    assert again.trials[0].number == over.total
    until_known(classroom, token)
    clock.moment = NOON + timedelta(days=3)
    assert classroom.coming(token).trials == ()
    clock.moment = NOON + timedelta(days=4)
    assert classroom.coming(token).trials


def test_a_killed_server_goes_on_with_the_very_trial_that_was_shown(
    classroom: CourseServer, practice: Course, url: str
) -> None:
    token = classroom.enrol(practice, participant="p1").token
    for n in range(9):
        shown = classroom.coming(token).trials
        with Records.open(url=url) as again:
            assert replace(classroom, records=again).coming(token).trials == shown
        classroom.take(token, answer(shown[0], right=n % 3 > 0))
    assert [r.trial.number for r in classroom.records.answers(token=token)] == list(range(9))
    assert len(classroom.records.answers(token=token)) == classroom.coming(token).done


def test_an_answer_that_comes_at_another_hour_is_judged_by_what_was_shown(
    classroom: CourseServer, practice: Course, clock: Clock
) -> None:
    token = classroom.enrol(practice, participant="p1").token
    until_known(classroom, token)
    for later in (timedelta(days=1), timedelta(days=40)):
        clock.moment += later
        (shown,) = classroom.coming(token).trials
        clock.moment += timedelta(days=30)
        assert classroom.take(token, answer(shown)).trial == shown
        until_known(classroom, token)


def test_whoever_comes_back_with_the_code_of_a_practice_goes_on_with_it(
    classroom: CourseServer, practice: Course
) -> None:
    first = classroom.enrol(practice, participant="p1")
    sat(classroom, first.token, trials=3)
    back = classroom.enrol(practice, participant="p1")
    assert (back.token, back.slot) == (first.token, first.slot)
    assert classroom.coming(back.token).done == 3
    set_enrolment(practice.folder, Enrolment(key="a key", most=1))
    assert classroom.enrol(practice, participant="p1", key="a key").token == first.token
    for who, key in (("p1", "another"), ("p2", "a key")):
        with pytest.raises(EnrolmentRefused):
            classroom.enrol(practice, participant=who, key=key)


def test_of_two_pictures_is_stored_what_was_chosen_what_stood_beside_it_and_how_sure(
    pair_course: Course, tmp_path: Path, url: str
) -> None:
    shutil.copytree(pair_course.folder, tmp_path / "pairs" / "phantom")
    with Records.open(url=url) as records:
        here = CourseServer(CourseLibrary(tmp_path / "pairs"), records)
        token = here.enrol(pair_course, participant="p1").token
        for number in range(total(pair_course)):
            trial = here.coming(token).trials[0]
            here.take(token, replace(answer(trial), choice=["left", "right"][number % 2], sureness=1 + number % 4))
        found = records.answers(token=token)
    assert [r.trial for r in found] == list(pair_course.trials(0))
    for number, record in enumerate(found):
        side = ["left", "right"][number % 2]
        assert record.answer.choice == record.trial.meanings[side]
        assert record.correct == (record.trial.side == side)
        assert record.answer.sureness == 1 + number % 4


def test_a_course_ends_at_its_number_of_people_and_makes_up_for_whoever_leaves(
    course: Course, classroom: CourseServer, clock: Clock
) -> None:
    terms = StudyTerms(target=4)
    folder = classroom.library.folder / "phantom"
    four = write_course(folder, replace(course.manifest, design=replace(course.design, terms=terms)))
    people = [classroom.enrol(four, participant=f"p{i}") for i in range(4)]
    with pytest.raises(EnrolmentRefused, match="as many people as it needs"):
        classroom.enrol(four, participant="p4")
    for person in (people[0], people[2], people[3]):
        classroom.records.finish(token=person.token)
    clock.moment += AT_IT
    instead = classroom.enrol(four, participant="p4")
    assert instead.group is people[1].group is Group.L_WISE
    assert four.design.group(instead.slot) is Group.L_WISE
    with pytest.raises(EnrolmentRefused, match="as many people as it needs"):
        classroom.enrol(four, participant="p5")
    assert len(classroom.records.sittings(course=four.digest)) == 5
