"""Paths that a fast twin walks for a whole data set: trusted after a check only, and scored by the guide."""

from __future__ import annotations

import pytest
import torch

from lwise_core.batch.batch_records import PictureResult
from lwise_core.batch.enhance_task import EnhanceTask
from lwise_core.batch.fast_enhance_task import FastEnhanceTask
from lwise_core.batch.settings import JobError, JobSettings, Naming, budgets
from lwise_core.batch.tasks import ScoredBatch, TaskSettings, logits_of
from lwise_core.data.entries import PictureEntry
from lwise_core.enhancement.fast_twin import TwinCheck, TwinChecks
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.guides.guide import GuideModel
from tests.conftest import eight_pictures, guide_of, tiny_network


@pytest.fixture
def guide(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> GuideModel:
    """A guide whose twin may compute in float32 here, and nobody has checked it yet."""
    monkeypatch.setenv("LWISE_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setattr("lwise_core.enhancement.fast_twin.fast_dtype", lambda _device: torch.float32)
    return guide_of(tiny_network())


def settings_for(guide: GuideModel) -> TaskSettings:
    asked = JobSettings(epsilons=tuple(map(guide.epsilon_scale.from_224, (0.75, 2.0))))
    return TaskSettings(GroundTruthLogit(), budgets(asked, guide, name="set"), Naming.OFFICIAL, guesses=False)


def looked_at(guide: GuideModel) -> ScoredBatch:
    images = eight_pictures(16)[:2]
    logits = logits_of(guide, images)
    told = tuple(PictureResult(i, str(i), i, float(logits[i, i]), -1.0, 2, 0) for i in range(2))
    entries = tuple(PictureEntry(f"{i}.png", "ab"[i], "", "", stem=str(i)) for i in range(2))
    return ScoredBatch(entries, images, logits, told)


def test_nothing_is_painted_with_a_twin_that_was_not_checked_here(guide: GuideModel) -> None:
    with pytest.raises(JobError, match="No check on this machine says that the fast copy of “test” may be trusted"):
        FastEnhanceTask(settings_for(guide)).made(guide, looked_at(guide))


def test_a_checked_twin_paints_what_the_guide_paints_and_the_guide_scores_it(guide: GuideModel) -> None:
    TwinChecks.of_this_machine().keep(guide, TwinCheck(cosine=1.0, gain_error=0.0, pairs=1))
    looked, order = looked_at(guide), settings_for(guide)
    fast, exact = (task(order).made(guide, looked) for task in (FastEnhanceTask, EnhanceTask))
    for by_twin, by_guide in zip(fast, exact, strict=True):
        for ours, expected in zip(by_twin.canvases, by_guide.canvases, strict=True):
            assert abs(ours.pixels.astype(int) - expected.pixels).max() <= 1
            assert ours.painted.gain_float == pytest.approx(expected.painted.gain_float, abs=1e-4)
            assert ours.painted.file == expected.painted.file


def test_it_is_another_plan_and_the_manifest_says_how_paths_were_found(guide: GuideModel) -> None:
    fast, exact = FastEnhanceTask(settings_for(guide)), EnhanceTask(settings_for(guide))
    assert fast.plan == {**exact.plan, "paths_walked_in": "bfloat16"}
    assert fast.summary(guide, ()).said == {**exact.summary(guide, ()).said, "paths_walked_in": "bfloat16"}
