"""Fast mode: nearly the same path, scored by the guide itself, and used only where a check on that guide passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from lwise_core._utils.precision import native_bf16
from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.enhancement.fast_twin import (
    FloatHead,
    TwinCheck,
    TwinChecks,
    check,
    fast_dtype,
    fast_twin,
    folded,
)
from lwise_core.enhancement.path import PathRequest, walk
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.enhancement.walker import Walker
from lwise_core.guides import catalog
from lwise_core.guides.compact_resnet import CompactResNet
from lwise_core.guides.guide import GuideModel

DTYPE = torch.bfloat16
NATIVE = pytest.mark.skipif(
    not native_bf16(torch.device("cpu")),
    reason="this processor imitates bfloat16 at a fiftieth of float32's rate: the twin is never used on it",
)


@pytest.fixture(scope="module")
def guide() -> GuideModel:
    return catalog.load("animals16-64")


@pytest.fixture(scope="module")
def twin(guide: GuideModel) -> GuideModel:
    return fast_twin(guide, dtype=DTYPE)


@pytest.fixture(scope="module")
def images(guide: GuideModel) -> torch.Tensor:
    return torch.stack([CroppedPhotograph(photograph_of(s), s.crop).seen(size=guide.input_size) for s in SAMPLES])


@pytest.fixture(scope="module")
def request_for_a_cat(images: torch.Tensor) -> PathRequest:
    return PathRequest(images[:1], torch.tensor([1]))


def last(verdicts: Iterator[TwinCheck]) -> TwinCheck:
    *_, verdict = verdicts
    return verdict


def test_folding_changes_no_logit_and_leaves_the_original_alone(guide: GuideModel, images: torch.Tensor) -> None:
    before = {k: v.clone() for k, v in guide.network.state_dict().items()}
    flat = folded(guide.network)
    assert not any(isinstance(m, nn.BatchNorm2d) for m in flat.modules())
    assert torch.allclose(flat(guide.normaliser(images)), guide.logits(images), atol=1e-4)
    assert all(torch.equal(v, before[k]) for k, v in guide.network.state_dict().items())


def test_the_logits_of_the_twin_are_float_and_its_head_is_exact(twin: GuideModel, images: torch.Tensor) -> None:
    assert any(isinstance(m, FloatHead) for m in twin.network.modules())
    logits = twin.logits(images)
    assert logits.dtype is torch.float32
    assert not torch.equal(logits, logits.bfloat16().float())


@NATIVE
def test_the_bundled_guide_passes_its_check(guide: GuideModel, twin: GuideModel, images: torch.Tensor) -> None:
    verdict = last(check(guide, twin, images))
    assert verdict.pairs == 8 * len(images)  # eight classes of each
    assert verdict.passes, verdict


def test_a_twin_that_paints_something_else_does_not_pass(guide: GuideModel, images: torch.Tensor) -> None:
    torch.manual_seed(0)
    other = CompactResNet(width=48, num_classes=16, stem_stride=2)
    other_twin = replace(guide, network=other)
    assert not next(v for v in check(guide, other_twin, images) if v.pairs).passes


@NATIVE
def test_the_fast_path_ends_with_the_guide_s_own_logits(
    guide: GuideModel, twin: GuideModel, request_for_a_cat: PathRequest
) -> None:
    *growing, path = Walker(guide, twin).walk(request_for_a_cat)
    assert growing[0].scored == 1
    assert growing[5].provisional
    assert not path.provisional
    for frame in path.frames[::10]:
        assert torch.allclose(frame.logits, guide.logits(frame.images), atol=1e-4)


@NATIVE
def test_what_is_read_from_a_provisional_path_is_scored_by_the_guide_at_once(
    guide: GuideModel, twin: GuideModel, request_for_a_cat: PathRequest
) -> None:
    path = next(p for p in Walker(guide, twin).walk(request_for_a_cat) if len(p.frames) == 15)
    result = path.at(path.reach)
    assert torch.allclose(result.logits, guide.logits(result.images), atol=1e-4)


@NATIVE
def test_the_fast_gain_equals_the_exact_one_within_one_percent(
    guide: GuideModel, twin: GuideModel, request_for_a_cat: PathRequest
) -> None:
    *_, exact = walk(guide, request_for_a_cat)
    *_, fast = Walker(guide, twin).walk(request_for_a_cat)
    before = float(exact.frames[0].logits[0, 1])
    gains = [float(p.at(p.reach).logits[0, 1]) - before for p in (exact, fast)]
    assert gains[1] == pytest.approx(gains[0], rel=0.01)


def test_a_verdict_is_kept_for_its_weights_and_read_back(tmp_path: Path, guide: GuideModel) -> None:
    verdicts = TwinChecks(tmp_path / "verdicts")
    assert verdicts.read(guide) is None
    verdicts.keep(guide, TwinCheck(cosine=0.9995, gain_error=0.002, pairs=16))
    assert verdicts.read(guide) == TwinCheck(cosine=0.9995, gain_error=0.002, pairs=16)
    other = replace(guide, provenance=replace(guide.provenance, sha256="0" * 64))
    assert verdicts.read(other) is None


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"cosine": "x", "gain_error": 0, "pairs": 1}'])
def test_a_damaged_verdict_is_none(tmp_path: Path, guide: GuideModel, content: str) -> None:
    verdicts = TwinChecks(tmp_path)
    verdicts.keep(guide, TwinCheck(1.0, 0.0, 1))
    (file,) = tmp_path.glob("*.json")
    file.write_text(content)
    assert verdicts.read(guide) is None


@pytest.mark.parametrize(("cosine", "error"), [(0.9989, 0.0), (1.0, 0.0101), (float("nan"), 0.0), (1.0, float("nan"))])
def test_below_the_bounds_or_not_a_number_does_not_pass(cosine: float, error: float) -> None:
    assert not TwinCheck(cosine, error, 16).passes


@pytest.mark.parametrize("nan_first", [True, False])
def test_a_pair_that_is_not_a_number_is_never_forgotten(nan_first: bool) -> None:
    nan, good = float("nan"), 1.0
    first, second = (nan, good) if nan_first else (good, nan)
    verdict = (
        TwinCheck(1.0, 0.0, 0).with_pairs(2, cosine=first, gain_error=0.0).with_pairs(2, cosine=second, gain_error=0.0)
    )
    assert verdict.pairs == 4
    assert not verdict.passes


def test_this_hardware_has_an_answer() -> None:
    assert fast_dtype(torch.device("cpu")) in (None, torch.bfloat16)
