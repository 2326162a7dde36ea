"""Courses from a shell: made, resumed, looked at, taken away, and sat later."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from lwise_core.data.phantom import FAMILIES
from lwise_core.study.response_files import read_csv
from lwise_core.teaching.courses.builder import CourseBuilder
from lwise_core.teaching.courses.course import Course, read_course
from lwise_core.teaching.design.schedules import HISTOLOGY, MOTHS, SEVEN_SLOTS, TWO_SLOTS, Group
from lwise_core.teaching.design.timing import Answer
from lwise_core.teaching.design.trial_sampling import Trial
from lwise_core.teaching.records.store import VARIABLE, Records, address
from lwise_core.teaching.server import CourseLibrary, CourseServer
from tests.support.cli import Shell
from tests.support.picture_sets import zip_of

SMALL = ("--creatures", "10", "--test-creatures", "2", "--per-class", "1", "--per-class-in-tests", "1")
PHANTOM = ("course", "make", "phantom", "--guide", "phantom4-64", *SMALL, "--creature-size", "32")
NATURAL = ("--groups", "control,Selection,selection-shuffled")  # nothing is enhanced, so it is made in a moment


@pytest.fixture
def sat(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """The course, of which one learner has answered everything and another three trials."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("LWISE_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "phantom").symlink_to(course.folder)
    with Records.open(url=address(home=tmp_path / "home")) as records:
        classroom = CourseServer(CourseLibrary(tmp_path / "shelf"), records)
        for participant, trials in (("learner-1", 10**6), ("learner-2", 3)):
            token = classroom.enrol(course, participant=participant).token
            while (coming := classroom.coming(token)).trials and coming.done < trials:
                classroom.take(token, answered(coming.trials[0]))
    return course


def answered(trial: Trial) -> Answer:
    return Answer(trial.number, trial.answer, 700.0, onset_ms=1000.0 * trial.number, choices_ms=1000.0 * trial.number)


def test_a_course_of_the_phantom_is_made_and_made_again_in_no_time(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "course"
    words = (
        *PHANTOM,
        *NATURAL,
        "--out",
        str(out),
        "--aliases",
        "Leda, Tyro,Eris,Ajax",
        "--seed",
        "3",
        "--name",
        "Ours",
    )
    code, said, _ = shell(*words)
    assert code == 0
    assert "48 of 48 pictures." in said
    course = read_course(out)
    assert course.digest[:12] in said.splitlines()[-1]
    design = course.design
    assert (design.name, design.seed, design.aliases) == ("Ours", 3, ("Leda", "Tyro", "Eris", "Ajax"))
    assert design.slots == (Group.CONTROL, Group.SELECTION, Group.SELECTION_SHUFFLED)
    assert design.schedule == MOTHS.shortened(per_class=1, per_class_in_tests=1)
    assert set(course.classes) == set(FAMILIES)
    assert not design.as_published
    assert not design.research_on_harm
    monkeypatch.setattr(CourseBuilder, "_made", lambda *_: pytest.fail("it was made already"))
    assert shell(*words)[0] == 0
    assert read_course(out).digest == course.digest


def test_a_course_enhances_at_every_budget_what_its_groups_see(shell: Shell, tmp_path: Path) -> None:
    few = ("--test-creatures", "3", "--groups", "l-wise", "--preset", "histology")
    code, _, err = shell(*PHANTOM, *few, "--out", str(tmp_path / "course"), "--exact")
    assert code == 0, err
    made = [json.loads(f.read_text()) for f in (tmp_path / "course" / "made").glob("*.json")]
    budgets = sorted(tuple(s["epsilon_224"] for s in m["stimuli"]) for m in made)
    assert budgets == [(0.0,)] * 12 + [(0.0, *HISTOLOGY.epsilons_224)] * 40


def test_a_course_of_a_zip_is_the_course_of_its_folder(shell: Shell, tmp_path: Path) -> None:
    data = tmp_path / "data"
    for split, count in (("train", "20"), ("val", "3")):
        assert shell("phantom", str(data), "--split", split, "--per-family", count, "--size", "32")[0] == 0
    zip_of(data, tmp_path / "photos.zip")
    made = []
    for source in (data, tmp_path / "photos.zip"):
        out = tmp_path / f"course of {source.name}"
        code, _, err = shell(
            "course", "make", str(source), "--out", str(out), "--guide", "phantom4-64", *NATURAL, *SMALL[4:]
        )
        assert code == 0, err
        made.append(read_course(out))
    assert made[0].digest == made[1].digest
    assert len(made[0].manifest.pictures) == 4 * 23


def test_a_course_of_a_folder_has_the_classes_and_parts_that_were_asked_for(shell: Shell, tmp_path: Path) -> None:
    data = tmp_path / "data"
    for split, count, seed in (("learn", "20", "4"), ("exam", "3", "5")):
        words = ("phantom", str(data), "--split", split, "--per-family", count, "--size", "32", "--seed", seed)
        assert shell(*words)[0] == 0
    out = ("--out", str(tmp_path / "course"), "--guide", "phantom4-64", "--as-published", *NATURAL, *SMALL[4:])
    parts = ("--train-split", "learn", "--test-split", "exam", "--classes", "Spotted_Forktail,barred roundtail")
    code, _, err = shell("course", "make", str(data), *out, *parts)
    assert code == 0, err
    course = read_course(tmp_path / "course")
    assert course.classes == ("barred roundtail", "spotted forktail")
    assert {b.split for b in course.design.schedule.blocks} == {"learn", "exam"}
    assert {p.candidate.split for p in course.manifest.pictures} == {"learn", "exam"}
    assert course.design.as_published
    assert course.design.name == "Moths schedule, 2 classes"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--preset", "birds"), "There is no preset “birds”; there is moths, dermoscopy, histology"),
        (("--groups", "control,elite"), "There is no group “elite”; there is control, selection,"),
        (("--groups", "wrong-class"), "that must be said"),
        (("--groups", "yoked"), "needs an adaptive group"),
        (("--classes", "cat,dog"), "leave --classes out"),
        (("--aliases", "Leda,Tyro"), "4 classes and 2 aliases"),
        (("--guide", "nobody"), "There is no guide “nobody”"),
        (("--guide", "cifar10-32"), "Call every folder as the guide calls the class"),
        (("--per-class", "0"), "--per-class"),
    ],
)
def test_a_course_that_cannot_be_made_is_one_line(
    shell: Shell, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    code, _, err = shell(*PHANTOM, "--out", str(tmp_path / "course"), *words)
    assert code == 2
    assert sentence in err.splitlines()[-1]
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "course" / "course.json").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--classes", "a"), "A course has 2 to 16 classes, and this would have 1"),
        (("--classes", "a,x"), "The pictures show no class “x”; they show a, b."),
        (("--train-split", "lesson"), "holds no files laid out as lesson/"),
    ],
)
def test_classes_and_parts_that_the_pictures_lack_are_named(
    shell: Shell, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    for name in ("a", "b"):
        (tmp_path / "data" / "train" / name).mkdir(parents=True)
        (tmp_path / "data" / "train" / name / "1.png").write_bytes(b"")
    make = ("course", "make", str(tmp_path / "data"), "--guide", "phantom4-64", "--out", str(tmp_path / "course"))
    code, _, err = shell(*make, *words)
    assert code == 2
    assert sentence in err


def test_without_groups_a_preset_brings_its_own(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    designs = []
    monkeypatch.setattr("lwise_core.cli.course.build_course", lambda _, maker, __: designs.append(maker.design) or ())
    for preset in ("dermoscopy", "histology"):
        make = ("course", "make", "phantom", "--guide", "phantom4-64", "--preset", preset)
        assert shell(*make, "--out", str(tmp_path))[0] == 0
    assert [d.slots for d in designs] == [SEVEN_SLOTS, TWO_SLOTS]
    assert [d.schedule.trials(4 if d.slots == SEVEN_SLOTS else 2) for d in designs] == [201, 201]


def test_the_trials_of_a_learner_are_printed(shell: Shell, course: Course) -> None:
    code, out, _ = shell("course", "trials", str(course.folder), "--slot", "5")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    trials = course.trials(5)
    assert [(r["picture"], r["answer"], float(r["epsilon_224"]), r["kind"]) for r in rows] == [
        (t.picture, t.answer, t.epsilon_224, t.kind) for t in trials
    ]
    assert [r["number"] for r in rows] == [str(i) for i in range(len(trials))]
    for row, trial in zip(rows, trials, strict=True):
        shown = course.stimulus(trial)
        assert row["file"] == ("" if shown is None else f"stimuli/{shown.name}")
        assert bool(int(row["feedback"])) is trial.feedback


def test_trials_that_follow_answers_cannot_be_printed(shell: Shell, course: Course) -> None:
    code, _, err = shell("course", "trials", str(course.folder), "--slot", "2")
    assert code == 2
    assert "follow answers" in err


def test_a_zip_holds_every_learner_and_every_picture(shell: Shell, course: Course, tmp_path: Path) -> None:
    code, said, _ = shell("course", "export", str(course.folder), "--out", str(tmp_path / "x.zip"), "--learners", "2")
    assert code == 0
    assert "2 sequences" in said
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        plan = json.loads(archive.read("trials.json"))
        names = set(archive.namelist())
    people = plan["participants"]
    assert [(p["group"], p["condition_idx"], len(p["trials"])) for p in people] == [
        (str(course.design.group(s)), s, len(course.trials(s))) for s in (0, 1)
    ]
    for person in people:
        labels = course.labels(person["label"])
        assert {c["id"]: c["label"] for c in person["choices"]} == labels
    assert {t["stimulus"] for p in people for t in p["trials"] if t["kind"] != "calibration"} <= names


def test_a_zip_cannot_follow_answers(shell: Shell, course: Course, tmp_path: Path) -> None:
    code, _, err = shell("course", "export", str(course.folder), "--out", str(tmp_path / "x.zip"), "--learners", "3")
    assert code == 2
    assert "“adaptive” are shown follows answers" in err
    assert not list(tmp_path.iterdir())


def test_a_later_test_is_made(shell: Shell, course: Course, tmp_path: Path) -> None:
    code, said, _ = shell("course", "later", str(course.folder), "--out", str(tmp_path / "later"))
    later = read_course(tmp_path / "later")
    assert code == 0
    assert later.design.name in said
    assert later.design.schedule.blocks == course.design.schedule.tests


def test_answers_are_written_as_csv_and_for_jspsych(shell: Shell, sat: Course, tmp_path: Path) -> None:
    files = ("--csv", str(tmp_path / "a.csv"), "--jspsych", str(tmp_path / "a.json"))
    code, said, err = shell("course", "answers", "--course", str(sat.folder), *files)
    assert code == 0, err
    trials = sat.trials(0)
    assert said == f"{len(trials) + 3} answers of 2 people were written.\n"
    found = read_csv((tmp_path / "a.csv").read_bytes())
    assert found.participants == ("learner-1", "learner-2")
    assert found.trials.groupby("participant")["group"].unique().map(list).to_dict() == {
        "learner-1": ["control"],
        "learner-2": ["L-WISE"],
    }
    first = found.trials[found.trials["participant"] == "learner-1"]
    assert list(first["picture"]) == [t.picture for t in trials]
    labels = sat.labels("learner-1")
    assert list(first["stimulus_name"]) == [labels.get(t.answer, t.answer) for t in trials]
    assert found.trials["perf"].all()
    assert not found.simulated
    assert len(json.loads((tmp_path / "a.json").read_text())) == len(found.trials)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Say where the answers go"),
        (("--csv", "{tmp}/a.csv"), "The records know no such course"),
    ],
)
def test_answers_that_there_are_not_are_one_line(
    shell: Shell,
    course: Course,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    sentence: str,
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("LWISE_HOME", str(tmp_path / "home"))
    answers = ("course", "answers", "--course", str(course.folder))
    code, _, err = shell(*answers, *(w.format(tmp=tmp_path) for w in words))
    assert code == 2
    assert sentence in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "a.csv").exists()


@pytest.mark.parametrize("verb", ["trials", "export", "later", "rehearse"])
def test_a_folder_that_is_no_course_is_one_line(shell: Shell, tmp_path: Path, verb: str) -> None:
    more = {"export": ("--out", "x.zip"), "later": ("--out", "x"), "rehearse": ("--network", "cifar10-32")}
    words = ("rehearse",) if verb == "rehearse" else ("course", verb)
    code, _, err = shell(*words, str(tmp_path), *more.get(verb, ()))
    assert code == 2
    assert "not a finished course" in err


def test_a_course_of_two_pictures_with_examples_is_made(shell: Shell, tmp_path: Path) -> None:
    out = tmp_path / "course"
    more = ("--two-pictures", "--sureness", "--examples", "2")
    code, _, err = shell(*PHANTOM, *NATURAL, *more, "--out", str(out))
    assert code == 0, err
    made = read_course(out)
    assert made.design.schedule == MOTHS.shortened(per_class=1, per_class_in_tests=1).in_pairs()
    assert (made.design.sureness, made.design.examples) == (True, 2)
    code, said, _ = shell("course", "trials", str(out))
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(said)))
    for row, trial in zip(rows, made.trials(0), strict=True):
        shown = made.foil(trial)
        assert trial.foil
        assert (row["foil"], row["side"]) == (trial.foil.picture, trial.side)
        assert row["foil_file"] == ("" if shown is None else f"stimuli/{shown.name}")


def test_the_study_with_clinicians_asks_to_be_called_research(shell: Shell, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path), "--preset", "clinicians")
    code, _, err = shell("course", "make", "phantom", "--guide", "phantom4-64", *out)
    assert code == 2
    assert "made for research only" in err
