"""What an enhancement task makes of a batch: every ε of every picture, each number that of the written 8 bits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import pytest
import torch

from lwise_core.batch.batch_records import PictureResult
from lwise_core.batch.enhance_task import EnhancedResult, EnhanceTask, ScoreTask, task_for
from lwise_core.batch.settings import Budget, JobSettings, Naming, budgets
from lwise_core.batch.tasks import ScoredBatch, TaskSettings, logits_of
from lwise_core.data.entries import PictureEntry
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import open_photograph, read_png_text
from lwise_core.images.geometry import to_8_bit
from tests.conftest import guide_of, tiny_network

GUIDE = guide_of(tiny_network())
EPSILONS = tuple(GUIDE.epsilon_scale.from_224(e) for e in (0.75, 2.0))  # off the grid of steps, and on it
TARGETS = (1, 3, 0)


def ordered(*, naming: Naming = Naming.OFFICIAL, guesses: bool = False, ranks_only: bool = False) -> TaskSettings:
    asked = JobSettings(epsilons=() if ranks_only else EPSILONS, naming=naming)
    found: tuple[Budget, ...] = budgets(asked, GUIDE, name="set")
    return TaskSettings(GroundTruthLogit(), found, naming, guesses)


def scored(guide: GuideModel = GUIDE) -> ScoredBatch:
    """Return three pictures of 8 bits, seeded."""
    levels = np.random.default_rng(0).integers(0, 256, (3, 3, 16, 16))
    images = torch.from_numpy((levels / 255).astype(np.float32))
    logits = logits_of(guide, images)
    told = tuple(
        PictureResult(place, f"{place}", target, float(logits[place, target]), -1.0, 2, int(logits[place].argmax()))
        for place, target in enumerate(TARGETS)
    )
    entries = tuple(PictureEntry(f"x/{i}.jpg", "abcde"[t], "", "", stem=f"x/{i}") for i, t in enumerate(TARGETS))
    return ScoredBatch(entries, images, logits, told)


class Written(dict[str, bytes]):
    """What was put into a job's folder."""

    def put(self, path: str, data: bytes) -> str:
        self[path] = data
        return hashlib.sha256(data).hexdigest()


@pytest.fixture(scope="module")
def made() -> tuple[Mapping[str, bytes], list[EnhancedResult]]:
    files = Written()
    return files, [pending.written(files.put) for pending in EnhanceTask(ordered()).made(GUIDE, scored())]


def test_with_budgets_pictures_are_enhanced_and_without_only_scored() -> None:
    assert task_for(ordered()) == EnhanceTask(ordered())
    assert task_for(ordered(ranks_only=True)) == ScoreTask(ordered(ranks_only=True))


def test_to_score_writes_nothing_and_says_what_was_known() -> None:
    task, files = ScoreTask(ordered(ranks_only=True)), Written()
    results = [pending.written(files.put) for pending in task.made(GUIDE, scored())]
    assert results == [EnhancedResult(**asdict(told)) for told in scored().told]
    assert files == {}
    assert [list(task.rows(result)) for result in results] == [[{}]] * 3
    said = task.summary(GUIDE, results).said
    assert (said["budgets"], said["statement"]) == ([], "Ranks by a guide model.")
    assert "16 px" in str(said["geometry"])


def test_every_number_is_that_of_the_pixels_written(made: tuple[Mapping[str, bytes], list[EnhancedResult]]) -> None:
    files, results = made
    before = scored().logits
    for result, target in zip(results, TARGETS, strict=True):
        for painted in result.pictures:
            pixels = open_photograph(files[painted.file], name="x.png").pixels
            seen = torch.from_numpy(pixels.astype(np.float32).transpose(2, 0, 1) / np.float32(255))
            logit = float(logits_of(GUIDE, seen[None])[0, target])
            assert painted.logit == pytest.approx(logit, abs=3e-7)  # what 8 bits take from it is 1e-6 and more
            assert painted.gain == pytest.approx(logit - float(before[result.place, target]), abs=3e-7)
            assert painted.sha256 == hashlib.sha256(files[painted.file]).hexdigest()


def test_the_original_is_written_as_it_is_and_every_budget_is_kept(
    made: tuple[Mapping[str, bytes], list[EnhancedResult]],
) -> None:
    files, results = made
    for result, image in zip(results, scored().images, strict=True):
        original, *enhanced = result.pictures
        pixels = open_photograph(files[original.file], name="x.png").pixels
        assert np.array_equal(pixels, to_8_bit(image.numpy()).transpose(1, 2, 0))
        assert (original.spent, original.gain, original.gain_float) == (0, pytest.approx(0, abs=1e-5), 0)
        for painted, epsilon in zip(enhanced, EPSILONS, strict=True):
            assert 0 < painted.spent <= epsilon * (1 + 1e-5)
            assert painted.gain_float > 0
        assert enhanced[0].gain_float < enhanced[1].gain_float


def test_files_lie_in_a_folder_of_each_budget_or_in_one(made: tuple[Mapping[str, bytes], list[EnhancedResult]]) -> None:
    official, _ = made
    task = EnhanceTask(ordered())
    assert task.folders == ("set_natural", "set_0.75_0.5_2_logit", "set_2_0.5_4_logit")
    assert set(official) == {f"{folder}/x/{i}.png" for folder in task.folders for i in range(3)}
    flat = EnhanceTask(ordered(naming=Naming.FLAT))
    files = Written()
    for pending in flat.made(GUIDE, scored()):
        pending.written(files.put)
    assert flat.folders == ()
    assert {name.rpartition("_")[2] for name in files} == {"natural.png", "logit.png"}
    assert all(name.startswith("pictures/x/") for name in files)
    assert len(files) == 9


@pytest.mark.parametrize("guesses", [False, True])
def test_altered_pictures_say_so_and_whose_word_the_class_is(guesses: bool) -> None:
    files = Written()
    first, *_ = EnhanceTask(ordered(guesses=guesses)).made(GUIDE, scored())
    original, *enhanced = first.written(files.put).pictures
    assert read_png_text(files[original.file]) == {}
    for painted in enhanced:
        text = read_png_text(files[painted.file])
        assert "AI-altered towards b" in text["Description"]
        assert text["Description"].endswith("The class is the guide's guess.") == guesses
        assert text["Software"].startswith("L-WISE Studio ")


def test_the_table_has_a_row_for_each_budget_with_every_column(
    made: tuple[Mapping[str, bytes], list[EnhancedResult]],
) -> None:
    _, results = made
    task = EnhanceTask(ordered())
    for result in results:
        rows = list(task.rows(result))
        assert [row.keys() for row in rows] == [task.columns.keys()] * 3
        assert [row["epsilon"] for row in rows] == [0.0, *EPSILONS]
        assert [row["epsilon_224"] for row in rows] == [0.0, 0.75, 2.0]
        assert [row["file"] for row in rows] == list(result.files)
    said = task.summary(GUIDE, results).said
    assert said["budgets"] == [asdict(b) for b in ordered().budgets]
    assert "Not for diagnosis" in str(said["statement"])
