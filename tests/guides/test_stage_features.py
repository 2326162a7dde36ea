"""Stage features: each channel's mean over the picture, read beside the guide's own logits, and the guide unchanged."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from lwise_core.guides.guide import GuideModel
from lwise_core.guides.stage_features import NoStages, StageFeatures, stages_of
from tests.conftest import eight_pictures, guide_of, tiny_network

GUIDE = guide_of(tiny_network())
PICTURES = eight_pictures(16)


class Tokens(nn.Module):
    """A network without any map."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(3 * 16 * 16, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(x.flatten(1))
        return logits


def test_the_logits_beside_the_features_are_the_guide_s_bit_for_bit() -> None:
    logits, features = StageFeatures.of(GUIDE, stages_of(GUIDE)).read(PICTURES)
    with torch.no_grad():
        assert torch.equal(logits, GUIDE.logits(PICTURES))
    assert features.shape == (8, 8 + 16 + 32 + 32)
    assert features.dtype == torch.float32


def test_the_last_stage_s_means_are_what_the_last_layer_reads() -> None:
    logits, features = StageFeatures.of(GUIDE, ("stages",)).read(PICTURES)
    with torch.no_grad():
        torch.testing.assert_close(GUIDE.network.head(features), logits)  # type: ignore[operator]


def test_there_is_a_stage_for_each_size_of_its_maps() -> None:
    assert stages_of(GUIDE) == ("stages.0.reduce", "stages.1.reduce", "stages.2.reduce", "stages")
    assert stages_of(guide_of(Tokens())) == ()


def test_a_picture_s_features_do_not_depend_on_its_company() -> None:
    reader = StageFeatures.of(GUIDE, stages_of(GUIDE))
    together, alone = reader.read(PICTURES)[1], reader.read(PICTURES[3:4])[1]
    torch.testing.assert_close(together[3:4], alone)


def test_no_hook_is_left_behind_and_none_touches_the_guide() -> None:
    reader = StageFeatures.of(GUIDE, stages_of(GUIDE))
    reader.read(PICTURES)
    for network in (reader.network, GUIDE.network):
        assert not any(module._forward_hooks for module in network.modules())


@pytest.mark.parametrize("stages", [(), ("stages", "stages.9")])
def test_stages_that_are_not_there_are_refused(tiny_guide: GuideModel, stages: tuple[str, ...]) -> None:
    with pytest.raises(NoStages, match="“test” lacks one of the stages"):
        StageFeatures.of(tiny_guide, stages)
