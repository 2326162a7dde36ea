"""The plan of a job: every picture once, in batches, under a name of its own; what does not fit is said."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwise_core._utils.class_names import UnknownClass
from lwise_core._utils.run_folder import RunFolder, RunRefused
from lwise_core.batch.plan import Assignment, Plan, make_plan, versions
from lwise_core.batch.settings import JobError, JobSettings, Naming
from lwise_core.data.entries import Labels, PictureEntry
from lwise_core.data.picture_sets import picture_set
from lwise_core.guides.guide import CalibratedOn, GuideModel
from tests.conftest import guide_of, tiny_network

GUIDE = guide_of(tiny_network())  # five classes a–e, 16 px
EPSILON = GUIDE.epsilon_scale.from_224(1)


@dataclass(frozen=True)
class Listed:
    """A set of pictures that are listed and never read."""

    found: Sequence[PictureEntry | str]
    name: str = "set"
    place: Path | None = None

    def entries(self) -> Iterator[PictureEntry | str]:
        yield from self.found

    def read(self, entry: PictureEntry) -> bytes:
        raise AssertionError(entry)


def entry(name: str, class_name: str = "a", split: str = "") -> PictureEntry:
    return PictureEntry(name, class_name, split, "state")


class Place:
    """A folder in which a job may be begun again and again."""

    def __init__(self, root: Path) -> None:
        self.items = root / "items.jsonl"
        self.run = RunFolder(root / "run")
        self.run.path.mkdir()

    def plan(self, *found: PictureEntry | str, **words: Any) -> Plan:  # noqa: ANN401 - the fields of an assignment
        settled = {"labels": Labels.FOLDER, "order": JobSettings(), "threads": 1, "batch": 3, **words}
        job = Assignment(pictures=Listed(found), load_guide=lambda: GUIDE, folder=self.run.path, **settled)
        return make_plan(job, GUIDE, self.run, items=self.items)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@contextmanager
def another_place() -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        yield Place(Path(folder))


def listed(plan: Plan) -> list[PictureEntry]:
    return [e for batch in plan.batches() for e in batch.entries]


@settings(max_examples=12)
@given(count=st.integers(1, 20), batch=st.integers(1, 7))
def test_every_picture_is_in_one_batch_in_the_order_of_the_set(count: int, batch: int) -> None:
    entries = [entry(f"ä {i}.png", "abcde"[i % 5]) for i in range(count)]
    with another_place() as place:
        plan = place.plan(*entries, batch=batch)
        batches = list(plan.batches())
    assert plan.total == count
    assert [b.index for b in batches] == list(range(-(-count // batch)))
    assert {len(b.entries) for b in batches[:-1]} <= {batch}
    assert [replace(e, stem="") for b in batches for e in b.entries] == entries


NAMES = st.sampled_from(["x.png", "x.jpg", "X.png", "y.png", "d/x.png", "d/x.PNG", "d__x.png"])


@settings(max_examples=20)
@given(names=st.lists(NAMES, min_size=1, max_size=7), naming=st.sampled_from(Naming))
def test_no_two_pictures_are_written_under_one_name(names: list[str], naming: Naming) -> None:
    with another_place() as place:
        plan = place.plan(*map(entry, names), order=JobSettings(epsilons=(EPSILON,), naming=naming))
        stems = [e.stem.casefold() for e in listed(plan)]
    assert len(set(stems)) == len(stems) == plan.total
    assert plan.total + len(plan.passed_over) == len(names)
    assert ("/" in "".join(stems)) == (naming is Naming.OFFICIAL and any(n.startswith("d/") for n in names))


def test_a_second_picture_of_a_name_keeps_its_ending_and_further_ones_are_numbered(place: Place) -> None:
    names = ("x.jpg", "x.png", "x.PNG", "X.png", "X.PNG-2.png")
    plan = place.plan(*map(entry, names), order=JobSettings(epsilons=(EPSILON,)))
    assert [e.stem for e in listed(plan)] == ["x", "x.png", "x.PNG-2", "X.png-3", "X.PNG-2.png"]
    assert plan.passed_over == ()


def test_names_that_are_too_long_for_a_result_are_cut_and_stay_apart() -> None:
    names = [f"d/{'標本写真' * 30}{i}.png" for i in range(2)]
    for naming in Naming:
        with another_place() as there:
            plan = there.plan(*map(entry, names), order=JobSettings(epsilons=(EPSILON,), naming=naming))
            stems = [PurePosixPath(e.stem).name for e in listed(plan)]
        assert len(set(stems)) == 2
        assert max(len(f"{stem}.png".encode()) for stem in stems) <= 255


def test_what_was_passed_over_is_told_where_nothing_is_left(place: Place) -> None:
    with pytest.raises(JobError, match=r"no picture to work on: “1” is locked\. So it is with 1 more\."):
        place.plan("“1” is locked.", "“2” is locked.")


def test_what_is_only_ranked_needs_no_name_of_its_own(place: Place) -> None:
    assert place.plan(*map(entry, ("x.jpg", "x.png", "x.PNG"))).total == 3


def test_classes_are_called_as_the_guide_calls_them_and_what_is_said_is_kept(place: Place) -> None:
    plan = place.plan(entry("1.png", "B"), "“2” is no picture.", entry("3.png", ""), entry("4.png", "d"))
    assert [e.class_name for e in listed(plan)] == ["b", "d"]
    assert plan.passed_over == ("“2” is no picture.", "“3.png” was passed over: nothing says its class.")


def test_where_the_guide_guesses_no_class_is_looked_at(place: Place) -> None:
    plan = place.plan(entry("1.png", "no such class"), entry("2.png", ""), labels=Labels.GUIDE)
    assert [e.class_name for e in listed(plan)] == ["no such class", ""]
    assert plan.settings.guesses


def test_only_the_split_that_was_ordered_counts(place: Place) -> None:
    found = [entry(f"{i}.png", "ab"[i % 2], ("train", "val")[i // 2 % 2]) for i in range(8)]
    plan = place.plan(*found, order=JobSettings(split="val"))
    assert [e.name for e in listed(plan)] == ["2.png", "3.png", "6.png", "7.png"]


def test_rivals_are_the_classes_of_the_set_and_those_named_are_left_out(place: Place) -> None:
    found = [entry(f"{i}.png", "aBdd"[i]) for i in range(4)]
    order = JobSettings(epsilons=(EPSILON,), objective="logit_diverge")
    assert place.plan(*found, order=order).rivals == (0, 1, 3)
    with another_place() as other:
        plan = other.plan(*found, order=replace(order, diverge_from=("b",)))
    assert plan.rivals == (1,)
    assert plan.total == 3


@pytest.mark.parametrize(("unknown", "said"), [(2, "“other 1”"), (7, "“other 4” and 2 more")])
def test_all_classes_that_the_guide_does_not_have_are_named_at_once(place: Place, unknown: int, said: str) -> None:
    found = [entry(f"{i}.png", f"other {i // 2}") for i in range(2 * unknown)]
    with pytest.raises(UnknownClass, match=f"none of the classes “other 0”, .*{said}. It has 5, such as “a”"):
        place.plan(entry("fine.png"), *found)


@pytest.mark.parametrize(
    ("splits", "said"), [(("train", "test"), "there are “test”, “train”"), (("", ""), "the set has no splits")]
)
def test_where_all_pictures_are_in_other_splits_these_are_named(
    place: Place, splits: tuple[str, str], said: str
) -> None:
    found = (*(entry(f"{i}.png", split=split) for i, split in enumerate(splits)), "“z” is locked.")
    with pytest.raises(JobError) as refused:
        place.plan(*found, order=JobSettings(split="val"))
    assert str(refused.value).endswith(f"to work on: none is in the split “val”; {said}. “z” is locked.")


@pytest.mark.parametrize("found", [(), ("“x” is no picture.",), (entry("x.png", split="train"),)])
def test_an_empty_set_is_refused_and_leaves_nothing(place: Place, found: Sequence[PictureEntry | str]) -> None:
    with pytest.raises(JobError, match="no picture to work on"):
        place.plan(*found, order=JobSettings(split="val"))
    assert list(place.items.parent.iterdir()) == [place.run.path]
    assert list(place.run.path.iterdir()) == []


def test_a_job_begun_before_goes_on_with_its_batches_and_threads(place: Place) -> None:
    first = place.plan(entry("x.png"), batch=5, threads=2)
    again = place.plan(entry("x.png"), batch=None, threads=None)
    assert (again.batch, again.threads) == (first.batch, first.threads) == (5, 2)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ({"batch": 4}, "batch"),
        ({"threads": 2}, "threads"),
        ({"order": JobSettings(epsilons=(EPSILON,))}, "order"),
        ({"labels": Labels.GUIDE}, "labels"),
    ],
)
def test_another_plan_is_refused_and_the_list_stays(place: Place, words: dict[str, Any], what: str) -> None:
    place.plan(entry("x.png"))
    before = place.items.read_bytes()
    with pytest.raises(RunRefused, match=what):
        place.plan(entry("x.png"), **words)
    with pytest.raises(RunRefused, match="pictures"):
        place.plan(replace(entry("x.png"), state="changed"))
    assert place.items.read_bytes() == before
    assert sorted(f.name for f in place.items.parent.iterdir()) == ["items.jsonl", "run"]


def test_a_job_does_not_go_on_with_other_references(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.plan(entry("x.png"))
    on = CalibratedOn(40, "pond", "2026-01-31", "a" * 64)
    other = replace(GUIDE, provenance=replace(GUIDE.provenance, calibrated=on))
    monkeypatch.setattr("tests.batch.test_plan.GUIDE", other)
    with pytest.raises(RunRefused, match="calibrated"):
        place.plan(entry("x.png"))


def test_a_batch_holds_fewer_pictures_the_longer_their_paths() -> None:
    def batch_of(guide: GuideModel, *epsilons: float) -> int:
        with another_place() as there:
            order = JobSettings(epsilons=tuple(map(guide.epsilon_scale.from_224, epsilons)))
            pictures = Listed([entry("x.png")])
            job = Assignment(
                pictures=pictures, labels=Labels.FOLDER, load_guide=lambda: guide, order=order, folder=there.run.path
            )
            return make_plan(job, guide, there.run, items=there.items).batch

    large = replace(GUIDE, input_size=224)
    assert batch_of(GUIDE) == batch_of(large) == 32
    assert batch_of(large, 20.0) == 10
    assert batch_of(replace(GUIDE, input_size=4096), 20.0) == 1


def test_the_versions_are_those_of_what_decides_the_bytes() -> None:
    assert {"torch", "numpy", "pillow", "pyarrow", "python", "lwise_studio"} == versions().keys()
    assert versions(("captum",)).keys() == versions().keys() | {"captum"}


@pytest.mark.parametrize("written", ["3", "3.0", "3,00"])
def test_a_class_index_may_be_written_as_a_measurement(tmp_path: Path, written: str) -> None:
    (tmp_path / "d.csv").write_text(f"im_path;class_num\nx.png;{written}\n")
    pictures = picture_set(str(tmp_path / "d.csv"), column="class_num")
    run = RunFolder(tmp_path / "run")
    job = Assignment(
        pictures=pictures, labels=Labels.COLUMN, load_guide=lambda: GUIDE, order=JobSettings(), folder=run.path
    )
    (tmp_path / "run").mkdir()
    (found,) = listed(make_plan(job, GUIDE, run, items=tmp_path / "items.jsonl"))
    assert found.class_name == GUIDE.classes[3]
