"""The Curriculum, Learn and Results pages, run without a browser; the trials themselves run in one (tests/browser)."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Radio, Selectbox

from lwise_core.teaching.courses.course import MANIFEST, Course, write_course
from lwise_core.teaching.courses.course_progress import CourseProgress
from lwise_core.teaching.courses.debriefed import GROUPS
from lwise_core.teaching.courses.follow_up import make_follow_up
from lwise_core.teaching.courses.practice import make_practice
from lwise_core.teaching.courses.session import total
from lwise_core.teaching.design.schedules import Group
from lwise_core.teaching.design.study_terms import StudyTerms
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.enrolment import Enrolment, enrolment_of, set_enrolment
from lwise_core.teaching.records.store import Records, address, new_token
from lwise_core.teaching.server import CourseLibrary, CourseServer
from pages.parts.courses.form import FIRST
from pages.parts.courses.pictures_fields import PHANTOM, UPLOAD
from pages.parts.session import course_server as school
from pages.parts.session.learners_address import learners_link
from tests.support.objectives import margin

__all__ = ["margin"]

ROOT = Path(__file__).parents[2]

Open = Callable[..., AppTest]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))
    monkeypatch.setattr("pages.parts.session.access.sits_at_the_server", lambda: True)
    yield tmp_path
    school._records.cache_clear()


@pytest.fixture
def on_the_shelf(home: Path, course: Course) -> Course:
    shutil.copytree(course.folder, home / "courses" / "phantom")
    return course


@pytest.fixture
def classroom(home: Path) -> Iterator[CourseServer]:
    with Records.open(url=address(home=home)) as records:
        yield CourseServer(CourseLibrary(home / "courses"), records)


@pytest.fixture
def opened(home: Path) -> Open:  # noqa: ARG001  the pages look into it
    def opened(page: str, *, browser: str = "", **query: str) -> AppTest:
        at = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=120)
        at.context = {"locale": browser} if browser else {}
        at.switch_page(f"{page}.py")
        for name, value in query.items():
            at.query_params[name] = value
        at.run()
        assert not at.exception, at.exception
        return at

    return opened


def said(at: AppTest) -> str:
    """Return everything the page says, without the backslashes that keep Markdown quiet."""
    parts = [
        *at.title, *at.header, *at.subheader, *at.markdown, *at.caption, *at.error, *at.warning, *at.success, *at.info
    ]  # fmt: skip
    return "\n".join(str(p.value) for p in parts).replace("\\", "")


def press(at: AppTest, label: str) -> AppTest:
    (button,) = (b for b in at.button if b.label == label)
    at = button.click().run()
    assert not at.exception, at.exception
    return at


def sat(
    classroom: CourseServer, course: Course, *, participant: str, right: bool = True, trials: int | None = None
) -> str:
    """Let somebody sit the course, or its first trials, and return their token."""
    token = classroom.enrol(course, participant=participant).token
    for _ in range(total(course) if trials is None else trials):
        trial = classroom.coming(token).trials[0]
        onset = 5000.0 * trial.number
        choice = trial.answer if right else ""
        classroom.take(token, Answer(trial.number, choice, 900.0 if right else None, onset_ms=onset, choices_ms=onset))
    if trials is None:
        classroom.coming(token)
    return token


def test_without_a_course_the_learn_page_says_where_one_is_made(opened: Open) -> None:
    assert "There is none yet" in said(opened("learn"))


def test_a_course_that_cannot_be_read_is_said_to_whoever_gives_them(home: Path, opened: Open) -> None:
    (home / "courses" / "old").mkdir(parents=True)
    (home / "courses" / "old" / MANIFEST).write_text("{")
    assert "The manifest of “old” is damaged" in said(opened("curriculum"))


def test_nobody_begins_without_consent_and_a_code(opened: Open, on_the_shelf: Course, classroom: CourseServer) -> None:
    at = opened("learn")
    assert str(total(on_the_shelf)) in said(at)
    assert "not for diagnosis" in said(at)
    at.text_input[0].set_value("p1")
    at = press(at, "Begin")
    assert "tick that you take part" in said(at)
    at.checkbox[0].check()
    at.text_input[0].set_value("no name @ all")
    at = press(at, "Begin")
    assert "choose another code" in said(at)
    assert classroom.records.courses()[0].enrolled == 0


def test_a_course_with_a_key_begins_by_its_link_and_stops_at_its_places(
    opened: Open, on_the_shelf: Course, classroom: CourseServer
) -> None:
    at = opened("curriculum")
    next(b for b in at.checkbox if b.label == "Only with its link").check().run()
    places = next(n for n in at.number_input if n.label == "Places")
    places.set_value(1).run()
    link = next(c.value for c in at.code if c.value.startswith("/learn?"))
    assert f"course={on_the_shelf.digest}" in link

    def begin(code: str, **query: str) -> AppTest:
        at = opened("learn", **query)
        at.text_input[0].set_value(code)
        at.checkbox[0].check()
        return press(at, "Begin")

    assert "opens with the link that whoever gives it hands out" in said(begin("p1"))
    key = link.rpartition("key=")[2]
    at = begin("p1", course=on_the_shelf.digest, key=key)
    assert set(at.query_params) == {"sitting"}
    assert "All 1 places of this course are taken" in said(begin("p2", course=on_the_shelf.digest, key=key))
    assert [s.participant for s in classroom.records.sittings(course=on_the_shelf.digest)] == ["p1"]


def test_with_both_the_course_begins(opened: Open, on_the_shelf: Course, classroom: CourseServer) -> None:
    at = opened("learn")
    at.text_input[0].set_value("p1")
    at.checkbox[0].check()
    at = press(at, "Begin")
    (sitting,) = classroom.records.sittings(course=on_the_shelf.digest)
    assert sitting.participant == "p1"
    assert sitting.consented_at
    assert at.query_params["sitting"] in (sitting.token, [sitting.token])


def test_whoever_is_done_reads_what_it_was_about(opened: Open, on_the_shelf: Course, classroom: CourseServer) -> None:
    sat(classroom, on_the_shelf, participant="control")
    token = sat(classroom, on_the_shelf, participant="p2")
    at = opened("learn", sitting=token)
    assert {m.label: m.value for m in at.metric} == {"Right while learning": "16 of 16", "Right in the test": "4 of 4"}
    assert "group “L-WISE”" in said(at)
    assert "Of the 20 pictures that count, 12 had been altered" in said(at)
    assert "Your code was **p2**" in said(at)


TERMS = StudyTerms(
    consent="Study 12 of the **board**.\n\nI am 18 or older.",
    instructions="Sit upright.\n<b>Look</b> at ![it](https://evil.example/x.png)",
    completion_code="C1ABCD2E",
    completion_link="https://app.prolific.com/submissions/complete?cc=C1ABCD2E",
)


@pytest.fixture
def with_terms(home: Path, course: Course) -> Course:
    folder = Path(shutil.copytree(course.folder, home / "courses" / "terms"))
    return write_course(folder, replace(course.manifest, design=replace(course.design, terms=TERMS)))


def test_the_authors_consent_and_instructions_are_read_as_text_before_anybody_begins(
    opened: Open, with_terms: Course, classroom: CourseServer
) -> None:
    at = opened("learn")
    drawn = [m.value for m in at.markdown]
    assert r"Study 12 of the \*\*board\*\*\." in drawn
    assert r"I am 18 or older\." in drawn
    assert not any("<b>" in m or "![it]" in m for m in drawn)
    assert "Sit upright." in said(at)
    at.text_input[0].set_value("p1")
    assert "tick that you take part" in said(press(at, "Begin"))
    at.checkbox[0].check()
    press(at, "Begin")
    assert [s.participant for s in classroom.records.sittings(course=with_terms.digest)] == ["p1"]


def test_prolifics_id_is_the_code_where_it_can_be_one(
    opened: Open, with_terms: Course, classroom: CourseServer
) -> None:
    at = opened("learn", PROLIFIC_PID="{{%PROLIFIC_PID%}}")
    assert "no Prolific ID that can be a code" in said(at)
    assert [t.label for t in at.text_input] == ["Your code"]
    at = opened("learn", PROLIFIC_PID="5f3c0ffee0ddba11", course=with_terms.digest)
    assert "under your Prolific ID 5f3c0ffee0ddba11" in said(at)
    assert not at.text_input
    at.checkbox[0].check()
    at = press(at, "Begin")
    assert set(at.query_params) == {"sitting"}
    assert [s.participant for s in classroom.records.sittings(course=with_terms.digest)] == ["5f3c0ffee0ddba11"]


def test_prolifics_link_goes_on_where_it_was_and_gives_the_code_again(
    opened: Open, with_terms: Course, classroom: CourseServer
) -> None:
    link = {"PROLIFIC_PID": "5f3c0ffee0ddba115f3c0ffe", "course": with_terms.digest}
    at = opened("learn", **link)
    at.checkbox[0].check()
    token = press(at, "Begin").query_params["sitting"]
    at = opened("learn", **link)
    assert "what you answered is stored" in said(at)
    assert not at.checkbox
    assert press(at, "Go on where you were").query_params["sitting"] == token
    done = sat(classroom, with_terms, participant="5f3c0ffee0ddba115f3c0fff")
    at = press(opened("learn", **link | {"PROLIFIC_PID": "5f3c0ffee0ddba115f3c0fff"}), "Show it")
    assert at.query_params["sitting"] in (done, [done])
    assert [c.value for c in at.code] == ["C1ABCD2E"]


def test_a_code_that_might_be_guessed_opens_nothing(opened: Open, with_terms: Course, classroom: CourseServer) -> None:
    sat(classroom, with_terms, participant="p1", trials=1)
    at = opened("learn", PROLIFIC_PID="p1", course=with_terms.digest)
    assert at.checkbox
    assert "Go on where you were" not in [b.label for b in at.button]


def test_prolifics_link_needs_the_key_of_its_course(
    opened: Open, with_terms: Course, home: Path, classroom: CourseServer
) -> None:
    set_enrolment(home / "courses" / "terms", Enrolment("secret"))
    link = {"PROLIFIC_PID": "5f3c0ffee0ddba115f3c0ffe", "course": with_terms.digest}
    sitting = classroom.enrol(with_terms, participant=link["PROLIFIC_PID"], key="secret")
    at = opened("learn", **link)
    assert "opens with the link" in said(at)
    assert sitting.token not in said(at)
    assert "Go on where you were" in [b.label for b in opened("learn", key="secret", **link).button]


def test_whoever_is_done_is_given_the_completion_code_and_a_link_with_its_host(
    opened: Open, with_terms: Course, classroom: CourseServer
) -> None:
    token = sat(classroom, with_terms, participant="p1")
    at = opened("learn", sitting=token)
    assert [c.value for c in at.code] == ["C1ABCD2E"]
    (link,) = at.get("link_button")
    assert link.proto.url == TERMS.completion_link
    assert link.proto.label.replace("\\", "") == "Finish at app.prolific.com"
    assert "It opens app.prolific.com" in said(at)


def test_the_authors_words_are_part_of_the_course_that_is_made(opened: Open, on_the_shelf: Course) -> None:
    at = opened("curriculum")
    assert "puts in each participant's ID" in said(at)
    assert [c.value for c in at.code][1] == f"/learn?course={on_the_shelf.digest}&PROLIFIC_PID={{{{%PROLIFIC_PID%}}}}"
    next(r for r in at.radio if r.label == "Pictures").set_value(PHANTOM).run()
    next(t for t in at.text_input if t.label == "Completion link").set_value("http://example.org").run()
    assert "The completion link is not an address" in said(at)
    assert "Make the course" not in [b.label for b in at.button]


@pytest.fixture
def for_everybody(home: Path, course: Course) -> Course:
    """Return a course as Rank makes one: everybody is in one group."""
    folder = Path(shutil.copytree(course.folder, home / "courses" / "one-group"))
    return write_course(folder, replace(course.manifest, design=replace(course.design, slots=(Group.L_WISE,))))


def test_a_course_of_one_group_speaks_of_no_other(opened: Open, for_everybody: Course, classroom: CourseServer) -> None:
    for i in range(2):
        sat(classroom, for_everybody, participant=f"p{i}", right=i == 0)
    at = opened("results")
    assert "Learning 1" in at.get("plotly_chart")[0].proto.spec
    text = said(at)
    assert "The answers are of one group only, so nothing is compared." in text
    for word in ("Each group against control", "Holm", "permuted", "Training time saved", "Gain", "“control” cannot"):
        assert word not in text


def test_p_is_said_to_be_adjusted_only_where_several_groups_are_compared(
    opened: Open, on_the_shelf: Course, classroom: CourseServer
) -> None:
    for i in range(8):
        sat(classroom, on_the_shelf, participant=f"p{i}", right=i % 4 != 0)
    compared = {g for g in on_the_shelf.design.group_names if g != Group.CONTROL}
    text = said(opened("results"))
    assert "People are permuted" in text
    assert ("(Holm)" in text) == (len(compared) > 1)


def test_a_teacher_reads_the_same_score_as_the_learner(
    opened: Open, on_the_shelf: Course, classroom: CourseServer
) -> None:
    token = sat(classroom, on_the_shelf, participant="ada")
    sat(classroom, on_the_shelf, participant="bo", right=False, trials=3)
    classroom.enrol(on_the_shelf, participant="cy")
    learner = {m.label: m.value for m in opened("learn", sitting=token).metric}
    table = next(d.value for d in opened("results").dataframe if "right in the test" in d.value)
    rows = table.set_index("code")[["right while learning", "right in the test"]]
    assert tuple(rows.loc["ada"]) == (learner["Right while learning"], learner["Right in the test"])
    assert rows.loc["bo"]["right while learning"].startswith("0 of ")
    assert tuple(rows.loc["cy"]) == ("", "")


def test_whoever_has_begun_stands_on_results_before_anybody_has_answered(
    opened: Open, on_the_shelf: Course, classroom: CourseServer
) -> None:
    classroom.enrol(on_the_shelf, participant="cy")
    at = opened("results")
    assert "There are no answers yet" in said(at)
    assert next(d.value for d in at.dataframe if "code" in d.value)["code"].tolist() == ["cy"]


def test_results_say_how_far_a_running_course_is_and_not_who_is_where(
    opened: Open, on_the_shelf: Course, classroom: CourseServer
) -> None:
    sat(classroom, on_the_shelf, participant="ada")
    sat(classroom, on_the_shelf, participant="bo", trials=3)
    at = opened("results")
    assert "**1 finished**, 1 at it, 0 left before the end." in said(at)
    running = next(d.value for d in at.dataframe if "at it" in d.value)
    assert running["group"].tolist() == ["control", "L-WISE"]
    assert running["answers of those at it"].tolist() == ["", "3"]
    assert "ada" not in running.to_csv()
    (follow,) = (t for t in at.toggle if t.label == "Keep this up to date")
    follow.set_value(True).run()
    assert not at.exception
    assert "**1 finished**" in said(at)
    assert "Whether the group “control” has stopped improving cannot be judged" in said(at)


def test_a_preregistration_is_offered_of_a_course_and_not_of_a_practice(
    opened: Open, on_the_shelf: Course, home: Path
) -> None:
    make_practice(on_the_shelf, home / "courses" / "practice")
    offered = [b for b in opened("curriculum").get("download_button") if b.proto.label == "Preregistration"]
    assert len(offered) == 1


def test_a_factorial_that_cannot_be_is_said_and_takes_nothing_away_that_was_written(opened: Open) -> None:
    at = opened("curriculum")
    at.text_area(key="course-consent").set_value("I agree.")
    at.text_input(key="course-shares").set_value("10, 100").run()
    assert "give both, or neither" in said(at)
    assert at.text_area(key="course-consent").value == "I agree."
    at.text_input(key="course-epsilons").set_value("0, high").run()
    assert "is not a list of numbers" in said(at)
    at.text_input(key="course-epsilons").set_value("0, 4").run()
    assert at.text_area(key="course-consent").value == "I agree."
    assert "Make the course" in [b.label for b in at.button]
    assert re.search(r"pictures will be ranked and enhanced\. That takes at least \d+ (s|min|h)\b", said(at))


def test_the_kinds_are_introduced_before_the_first_trial(
    opened: Open, home: Path, course: Course, classroom: CourseServer
) -> None:
    folder = home / "courses" / "introduced"
    shutil.copytree(course.folder, folder)
    shown = write_course(folder, replace(course.manifest, design=replace(course.design, examples=1)))
    sitting = classroom.enrol(shown, participant="ada")
    at = opened("learn", sitting=sitting.token)
    assert {h.value for h in at.subheader} == set(course.design.aliases)
    at = press(at, "Begin with the first picture")
    assert "These are the kinds" not in said(at)
    before = said(opened("learn", course=shown.digest))
    assert "Before the first one you see examples of the kinds." in before
    assert "have to guess" not in before


def test_each_step_of_a_sitting_begins_at_its_top(
    opened: Open, home: Path, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a learner presses stands at the bottom of a long page; on a phone the next one hid its heading."""
    places: list[str] = []

    def arrive(*, key: str, data: dict[str, str]) -> None:
        places.append(f"{key} {data['place']}")

    monkeypatch.setattr("pages.parts.ui.arrival._ARRIVAL", arrive)
    folder = Path(shutil.copytree(course.folder, home / "courses" / "introduced"))
    write_course(folder, replace(course.manifest, design=replace(course.design, examples=1)))
    at = opened("learn")
    at.text_input[0].set_value("ada")
    at.checkbox[0].check()
    at = press(at, "Begin")
    assert "These are the kinds" in said(at)
    press(at, "Begin with the first picture")
    assert list(dict.fromkeys(places)) == [f"arrival Learn {i}" for i in range(3)]


def test_learners_read_why_more_pictures_come_than_count(opened: Open, on_the_shelf: Course) -> None:
    before = said(opened("learn"))
    counting = sum(t.scored for t in on_the_shelf.trials(0))
    assert f"You see {total(on_the_shelf)} pictures" in before
    assert counting < total(on_the_shelf)
    assert f"The other {counting} pictures count in the end." in before
    assert "At first you will have to guess." in before
    at = opened("curriculum")
    (course,) = (e.label for e in at.expander if f"{len(on_the_shelf.manifest.pictures)} pictures" in e.label)
    assert course.endswith("to draw from")
    assert f"A learner gets {total(on_the_shelf)} trials, of which {counting} count" in said(at)


def language_of(at: AppTest) -> Selectbox:
    return next(s for s in at.selectbox if "Deutsch" in s.options)


def test_a_learner_reads_the_browsers_language_and_may_choose_another(opened: Open, on_the_shelf: Course) -> None:
    at = opened("learn", browser="de-AT")
    assert [t.value for t in at.title] == ["Lernen"]
    assert f"Sie sehen {total(on_the_shelf)} Bilder" in said(at)
    assert "Was Sie hier lernen, ist nicht zur Diagnose bestimmt" in said(at)
    assert "nicht zur Diagnose" in at.caption[0].value
    at.text_input[0].set_value("p1")
    assert "Bitte bestätigen Sie" in said(press(at, "Beginnen"))
    language_of(at).set_value("en").run()
    assert [t.value for t in at.title] == ["Learn"]
    assert at.text_input[0].value == "p1"  # what was typed stays
    at.checkbox[0].check()
    at = press(at, "Begin")
    assert at.query_params["language"] in ("en", ["en"])  # it outlives the door
    taken = opened("learn", browser="de")
    taken.text_input[0].set_value("p1")
    taken.checkbox[0].check()
    assert "Den Code „p1“ gibt es in diesem Kurs schon" in said(press(taken, "Beginnen"))


def test_a_course_of_a_language_is_read_in_it_to_the_end(
    opened: Open, home: Path, course: Course, classroom: CourseServer
) -> None:
    folder = home / "courses" / "german"
    shutil.copytree(course.folder, folder)
    names = {"de": {name: f"{name} auf Deutsch" for name in course.classes}}
    design = replace(course.design, language="de", aliases=(), examples=1, class_names=names)
    shown = write_course(folder, replace(course.manifest, design=design))
    sitting = classroom.enrol(shown, participant="ada")
    at = opened("learn", sitting=sitting.token, browser="en-GB")
    assert {h.value for h in at.subheader} == set(names["de"].values())
    token = sat(classroom, shown, participant="bo")
    at = opened("learn", sitting=token, browser="en-GB")
    assert {m.label: m.value for m in at.metric} == {"Richtig beim Lernen": "16 von 16", "Richtig im Test": "4 von 4"}
    assert "in der Gruppe „L-WISE“" in said(at)
    assert "Nichts davon dient der Diagnose" in said(at)
    at = opened("learn", sitting=token, browser="en-GB", language="en")  # the learner's own choice
    assert "group “L-WISE”" in said(at)


def test_every_group_is_called_as_elsewhere() -> None:
    assert {group: str(name) for group, name in GROUPS.items()} == {group: group.value for group in Group}


def test_a_link_of_nobody_says_so(opened: Open) -> None:
    at = opened("learn", sitting=new_token())
    assert "Nobody has this link" in said(at)
    assert "Leave this sitting" in [b.label for b in at.button]


def test_teachers_pages_stay_closed_to_everybody_else(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.parts.session.access.sits_at_the_server", lambda: False)
    for page in ("curriculum", "results"):
        at = opened(page)
        assert "In the window where this program was started, the last line has a link" in said(at)
        assert [link.proto.page for link in at.get("page_link")][-1].endswith("rank")
        assert [b.key for b in at.button] == ["forget-images"]


def test_whoever_knows_the_word_of_the_server_opens_them_from_elsewhere(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.parts.session.access.sits_at_the_server", lambda: False)
    monkeypatch.setenv("LWISE_TEACHER", "short")
    assert "open it in this browser" in said(opened("results"))
    monkeypatch.setenv("LWISE_TEACHER", "a longer word")
    at = opened("results")
    assert "Nobody has begun" not in said(at)
    at.text_input[0].set_value("another longer word")
    at.button[0].click().run()
    assert "not the passphrase" in said(at)
    at.text_input[0].set_value("a longer word")
    at.button[0].click().run()
    assert "Nobody has begun" in said(at)
    assert "Do people err more on the pictures that a guide finds hard?" in said(at)


def test_a_course_is_offered_every_objective_a_further_one_too(opened: Open, margin: str) -> None:  # noqa: ARG001
    (raises,) = (s for s in opened("curriculum").selectbox if s.label == "Enhancement raises")
    assert raises.options == [
        "the class's logit",
        "it above the other classes'",
        "the class's log-probability",
        "the class's margin",
    ]


@pytest.mark.parametrize("just_made", [False, True])
def test_a_course_is_one_click_from_its_learners_and_most_of_all_when_it_was_just_made(
    opened: Open, on_the_shelf: Course, monkeypatch: pytest.MonkeyPatch, *, just_made: bool
) -> None:
    made = CourseProgress(3, 3, ("One picture cannot be read.",), on_the_shelf)
    monkeypatch.setattr("pages.parts.session.jobs.finished", lambda _: made if just_made else None)
    at = opened("curriculum")
    links = [link.proto for link in at.get("page_link") if link.proto.label == "Sit it on the Learn page"]
    assert len(links) == 1 + just_made
    assert all(on_the_shelf.digest in link.query_string for link in links)
    for words in (f"The course “{on_the_shelf.design.name}” is made.", "One picture cannot be read."):
        assert (words in said(at)) == just_made


def test_the_curriculum_page_offers_the_papers_schedule_at_once(opened: Open) -> None:
    at = opened("curriculum")
    assert "201 trials a learner" in said(at)
    assert "Make the course" in [b.label for b in at.button]


def zip_of(**folders: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for folder, count in folders.items():
            for i in range(count):
                archive.writestr(f"{folder}/{i}.png", b"not read before the course is made")
    return stream.getvalue()


def with_zip(at: AppTest, **folders: int) -> AppTest:
    next(r for r in at.radio if r.label == "Pictures").set_value(UPLOAD).run()
    at.file_uploader(key="course-zip").set_value(("mine.zip", zip_of(**folders), "application/zip")).run()
    assert not at.exception, at.exception
    return at


def test_parts_of_the_form_that_wait_for_pictures_say_so(opened: Open) -> None:
    at = opened("curriculum")
    assert FIRST not in said(at)
    next(r for r in at.radio if r.label == "Pictures").set_value(UPLOAD).run()
    assert said(at).count(FIRST) == 2
    assert "Every 5th photograph of a class is kept for the tests." in said(at)


def test_a_course_is_made_of_a_zip_with_a_folder_for_each_class(opened: Open) -> None:
    at = with_zip(opened("curriculum"), cat=60, dog=60)
    assert FIRST not in said(at)
    assert next(m for m in at.multiselect if m.label.startswith("Classes")).options == ["cat (60)", "dog (60)"]
    (guides,) = (s for s in at.selectbox if s.label.startswith("Guide model"))
    assert guides.value == "cifar10-32"
    assert guides.options[1:] == ["cifar10-32-plain (unfit to guide)", "cifar10-32-random (unfit to guide)"]
    assert "Make the course" in [b.label for b in at.button]
    assert "120 pictures will be ranked" in said(at)


def test_every_class_that_no_guide_knows_is_named_with_its_pictures(opened: Open) -> None:
    at = with_zip(opened("curriculum"), monarch=50, viceroy=50, **{"hand axe": 7, "arrow head": 9})
    assert "mimics4-128 comes nearest and does not know “arrow head” (9 pictures), “hand axe” (7 pictures)" in said(at)
    assert "Leave out what it does not know" in said(at)


def test_every_class_with_too_few_pictures_is_named_with_what_is_missing(opened: Open) -> None:
    at = with_zip(opened("curriculum"), cat=4, dog=3)
    assert "of cat in “train”" in said(at)
    assert "of dog in “train”" in said(at)
    assert "Make the course" not in [b.label for b in at.button]


def test_a_design_that_cannot_be_is_said_and_cannot_be_made(opened: Open) -> None:
    at = opened("curriculum")
    names = next(t for t in at.text_input if t.label.startswith("Names that hide"))
    names.set_value("Leda, Leda, Eris, Ajax")
    at.run()
    assert "Two aliases are the same" in said(at)
    assert "Make the course" not in [b.label for b in at.button]


def test_harm_is_behind_its_switch(opened: Open) -> None:
    at = opened("curriculum")
    assert not any("wrong class" in option for option in at.multiselect[0].options)
    at.toggle[0].set_value(True)
    at.run()
    assert any("wrong class" in option for option in at.multiselect[0].options)


def test_a_made_course_is_shown_with_every_trial_and_what_rounding_left(
    opened: Open, on_the_shelf: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "8 bits keep" not in said(opened("curriculum"))
    monkeypatch.setattr("pages.parts.courses.preview.EATEN_BELOW", 0.99)
    at = opened("curriculum")
    assert on_the_shelf.design.name in [e.label.partition(":")[0].replace("\\", "") for e in at.expander]
    assert "8 bits keep" in said(at)
    assert any("of the enhancement that was planned" in w.value for w in at.warning)
    assert not any("8 bits" in w.value or "ε" in w.value for w in at.warning)
    schedule = on_the_shelf.design.schedule
    for kind, blocks in (("Learning", [b for b in schedule.blocks if b.feedback]), ("Test", schedule.tests)):
        for number, block in enumerate(blocks, start=1):
            assert f"**{kind} {number}**" in said(at)
            assert f"{block.name} ({kind} {number})" in said(at)


def test_creatures_are_offered_last_and_chosen_only_where_there_is_no_course_yet(
    opened: Open, home: Path, course: Course
) -> None:
    def pictures() -> Radio:
        return next(r for r in opened("curriculum").radio if r.label == "Pictures")

    assert pictures().options[0] == UPLOAD
    assert pictures().options[-1] == pictures().value == PHANTOM
    shutil.copytree(course.folder, home / "courses" / "phantom")
    assert pictures().value == UPLOAD


def test_a_later_test_can_be_made_of_a_course(opened: Open, on_the_shelf: Course, classroom: CourseServer) -> None:
    at = press(opened("curriculum"), "Make a later test of it")
    (later,) = (c for c in classroom.library.courses().values() if c.digest != on_the_shelf.digest)
    assert "later” is made. Give learners its address" in said(at)
    assert any(learners_link(later.digest).removeprefix("/") in c.value for c in at.code)
    names = {c.design.name for c in classroom.library.courses().values()}
    assert names == {on_the_shelf.design.name, f"{on_the_shelf.design.name}, later"}


def test_a_practice_can_be_made_of_a_course_for_the_same_people(
    opened: Open, on_the_shelf: Course, classroom: CourseServer, home: Path
) -> None:
    at = opened("curriculum")
    next(b for b in at.checkbox if b.label == "Only with its link").check().run()
    press(at, "Make a practice of it")
    practice = next(c for c in classroom.library.courses().values() if c.design.practises)
    assert practice.design.name == f"{on_the_shelf.design.name}, practice"
    asked = enrolment_of(home / "courses" / "phantom")
    assert enrolment_of(practice.folder) == asked
    assert asked.key


def test_a_course_is_tested_on_the_pictures_of_another_one_of_its_classes(
    opened: Open, home: Path, on_the_shelf: Course, classroom: CourseServer
) -> None:
    alone = opened("curriculum")
    assert "Make this test" not in [b.label for b in alone.button]
    assert "make another course of the same classes" in said(alone)
    other = home / "courses" / "other"
    shutil.copytree(on_the_shelf.folder, other)
    write_course(other, replace(on_the_shelf.manifest, design=replace(on_the_shelf.design, name="Others", seed=5)))
    at = opened("curriculum")
    next(b for b in at.button if b.key == f"transfer-{on_the_shelf.digest}").click().run()
    (made,) = (c for c in classroom.library.courses().values() if "on “Others”" in c.design.name)
    assert (made.design.seed, made.labels("p1")) == (on_the_shelf.design.seed, on_the_shelf.labels("p1"))


def test_whoever_practises_is_told_what_is_known_and_comes_back_with_the_same_code(
    opened: Open, on_the_shelf: Course, classroom: CourseServer, home: Path
) -> None:
    practice = make_practice(on_the_shelf, home / "courses" / "practice")
    done = sat(classroom, on_the_shelf, participant="ada")
    at = press(opened("learn", sitting=done), "Practise, so that it stays")
    assert "You practise 4 kinds until you know them" in said(at)
    at.text_input[0].set_value("ada")
    at.checkbox[0].check()
    at = press(at, "Begin")
    (sitting,) = classroom.records.sittings(course=practice.digest)
    assert "0 of 4 kinds are known." in said(at)
    while trials := classroom.coming(sitting.token).trials:
        onset = 5000.0 * trials[0].number
        answer = Answer(trials[0].number, trials[0].answer, 900.0, onset_ms=onset, choices_ms=onset)
        classroom.take(sitting.token, answer)
    at = opened("learn", course=practice.digest)
    at.text_input[0].set_value("ada")
    at.checkbox[0].check()
    at = press(at, "Begin")
    assert "You know them for now" in said(at)
    assert "4 of 4 kinds are known. The first is due again in about 16 hours." in said(at)
    assert len(classroom.records.sittings(course=practice.digest)) == 1


def test_results_say_what_stayed(
    opened: Open, on_the_shelf: Course, classroom: CourseServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime(2026, 3, 2, 12, tzinfo=UTC)
    monkeypatch.setattr("lwise_core.teaching.records.store.now", lambda: moment)
    later = make_follow_up(on_the_shelf, home / "courses" / "later")
    for i in range(3):
        sat(classroom, on_the_shelf, participant=f"p{i}")
    assert "Nobody has taken a later test yet" in said(opened("results"))
    moment += timedelta(days=9)
    for i in range(2):
        sat(classroom, later, participant=f"p{i}", right=i == 0)
    text = said(opened("results"))
    assert "**Phantom, short, later** (2 people, 9 days later): 100% right in the first test, 50% in the later" in text
    assert "−50 points (95% −100 to +0)" in text
    assert "Learnt in the group “L-WISE” (1 person): 100% right in the first test, 0% in the later one" in text
    assert "1 person did not come back; in the first test 100% right." in text


def test_results_of_nobody_are_none(opened: Open) -> None:
    assert "Nobody has begun a course yet" in said(opened("results"))


def test_results_say_what_came_out(opened: Open, on_the_shelf: Course, classroom: CourseServer) -> None:
    for i in range(8):
        sat(classroom, on_the_shelf, participant=f"p{i}", right=i % 4 != 0)
    at = opened("results")
    assert "8 people" in said(at)
    assert "L-WISE** (2 people, control 2): +100.0 points" in said(at)
    assert "about 30% of equal groups" in said(at)
    assert "36 people a group" in said(at)


def test_a_link_to_results_names_whose_answers_they_are(
    opened: Open, on_the_shelf: Course, classroom: CourseServer
) -> None:
    sat(classroom, on_the_shelf, participant="p0", trials=2)

    def chosen(**query: str) -> str:
        (choice,) = (s for s in opened("results", **query).selectbox if s.label == "Answers of")
        return str(choice.value)

    assert chosen() == on_the_shelf.digest
    assert "Nobody has reached the test of this course yet." in said(opened("results"))
    file = "A file of answers (the official CSV)"
    assert chosen(**{"answers-of": file}) == file
    assert chosen(**{"answers-of": on_the_shelf.design.name}) == on_the_shelf.digest


def test_a_zip_of_a_file_a_person_says_how_people_are_called(opened: Open) -> None:
    heading = "block,trial_number,trial_type,class,choice,perf,feedback,group\n"
    rows = "".join(f"test_1,{i},main,{c},a,{int(c == 'a')},0,control\n" for i, c in enumerate("abab"))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("anna.csv", "ben.csv"):
            archive.writestr(name, heading + rows)
    at = opened("results", **{"answers-of": "A file of answers (the official CSV)"})
    (upload,) = (u for u in at.file_uploader if u.label == "CSV or JSON, one row a trial")
    upload.set_value(("answers.zip", stream.getvalue(), "application/zip")).run()
    assert "2 people, 8 answers" in said(at)
    assert "people are called as their files or folders, such as “anna”" in said(at)


def test_chance_is_that_of_the_course_however_little_was_answered(
    opened: Open, on_the_shelf: Course, classroom: CourseServer
) -> None:
    sat(classroom, on_the_shelf, participant="p0", trials=2)
    assert "1 person, 2 answers. Chance is 25%." in said(opened("results"))


def test_too_few_pictures_are_said_before_anything_is_made(opened: Open) -> None:
    at = opened("curriculum")
    at.number_input[0].set_value(8).run()
    schedules = next(g for g in at.get("button_group") if g.label == "Schedule")
    schedules.set_value("animals")
    assert re.search(r"This schedule needs \d+ in “train” of each class, and missing are \d+ of ", said(at.run()))
    assert "Make the course" not in [b.label for b in at.button]


def test_the_schedule_shrinks_to_the_pictures_that_there_are_and_says_so(opened: Open) -> None:
    at = opened("curriculum")
    assert "shortened to what there is" not in said(at)
    at.number_input[0].set_value(20).run()
    assert "The schedule is shortened to what there is: 8 blocks to learn from" in said(at)
    assert "Make the course" in [b.label for b in at.button]


def test_everything_about_somebody_can_be_deleted(opened: Open, on_the_shelf: Course, classroom: CourseServer) -> None:
    sat(classroom, on_the_shelf, participant="p0", trials=3)
    sat(classroom, on_the_shelf, participant="p1", trials=3)
    at = opened("results")
    code = next(t for t in at.text_input if t.label.startswith("Delete everything"))
    code.set_value("p1")
    at = press(at, "Delete")
    assert "3 answers" in said(at)
    assert [s.participant for s in classroom.records.sittings(course=on_the_shelf.digest)] == ["p0"]


@pytest.fixture
def pairs_on_the_shelf(home: Path, pair_course: Course) -> Course:
    shutil.copytree(pair_course.folder, home / "courses" / "pairs")
    return pair_course


def test_a_course_of_two_pictures_is_told_sat_and_scored_against_one_half(
    opened: Open, pairs_on_the_shelf: Course, classroom: CourseServer
) -> None:
    course = pairs_on_the_shelf
    assert "times two pictures side by side" in said(opened("learn"))
    for i in range(2):
        token = classroom.enrol(course, participant=f"p{i}").token
        while trials := classroom.coming(token).trials:
            wrong = "left" if trials[0].side == "right" else "right"
            choice = wrong if i and trials[0].number % 4 == 0 else trials[0].side
            onset = 5000.0 * trials[0].number
            classroom.take(token, Answer(trials[0].number, choice, 900.0, onset, onset, sureness=3))
    debriefed = said(opened("learn", sitting=token))
    assert "Every picture again" in debriefed
    assert "Each original stands beside its two versions" in debriefed
    results = said(opened("results"))
    assert "Chance is 50%." in results
    assert "Which of two pictures" in results
    assert "ε₂₂₄ = 1" in results


def test_the_curriculum_page_shows_two_pictures_in_every_trial_where_that_is_asked(opened: Open) -> None:
    at = opened("curriculum")
    shown = next(b for b in at.get("button_group") if b.label == "A trial shows")
    shown.set_value("two pictures side by side").run()
    assert "188 trials a learner" in said(at)
    assert "Make the course" in [b.label for b in at.button]
