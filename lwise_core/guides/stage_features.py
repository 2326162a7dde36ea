"""What a network makes of a picture on its way: each stage's channels, by their mean over the picture.

The last stage says what a network takes a picture for; the earlier ones keep what it is made of (edges, grain,
colours), and that is where a picture of another kind shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from lwise_core._utils.errors import LWiseError
from lwise_core.guides.grouped_guide import ungrouped
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.shared_weights import copy_sharing_weights


class NoStages(LWiseError):
    """A network without the stages that are asked for. The message is one sentence."""


@dataclass(frozen=True, eq=False)
class StageFeatures:
    """A guide's network, as a twin that hooks may touch, and the ``stages`` whose output is read, by ``names``."""

    guide: GuideModel
    network: nn.Module
    names: tuple[str, ...]
    stages: tuple[nn.Module, ...]

    @classmethod
    def of(cls, guide: GuideModel, stages: Sequence[str]) -> StageFeatures:
        """Return what reads the ``stages`` of ``guide``, by the names of its modules.

        Raises:
            NoStages: It has no module of one of the names, or none was given.
        """
        network = copy_sharing_weights(guide.network)
        modules = dict(ungrouped(network).named_modules())  # a grouping of the classes changes no stage
        if not stages or any(name not in modules for name in stages):
            wanted = ", ".join(stages) or "asked for"
            raise NoStages(f"The network of “{guide.name}” lacks one of the stages {wanted}; choose others.")
        return cls(guide, network, tuple(stages), tuple(modules[name] for name in stages))

    def read(self, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits ``(N, C)`` and features ``(N, D)``, float32 on the CPU, from one forward pass.

        ``images`` is ``(N, 3, H, W)`` float32 in [0, 1]. Features are the means of the channels, stage by stage. The
        logits are the guide's own.
        """
        taken: dict[nn.Module, torch.Tensor] = {}

        def take(module: nn.Module, _inputs: object, output: torch.Tensor) -> None:
            taken[module] = output.mean(dim=(2, 3))

        hooks = [stage.register_forward_hook(take) for stage in self.stages]
        try:
            with torch.no_grad():
                logits = self.network(self.guide.normaliser(images.to(self.guide.device)))
        finally:
            for hook in hooks:
                hook.remove()
        features = torch.cat([taken[stage] for stage in self.stages], dim=1)
        return logits.cpu(), features.float().cpu()


def stages_of(guide: GuideModel) -> tuple[str, ...]:
    """Return the stages of a guide's network: for each size of its maps, the last module that returns one.

    In the order of computation; empty where there are none, as in most transformers. Takes one forward pass.
    """
    network = copy_sharing_weights(guide.network)
    last: dict[int, str] = {}

    def record(name: str, output: object) -> None:
        if isinstance(output, torch.Tensor) and output.ndim == 4 and output.shape[2] == output.shape[3]:
            side = int(output.shape[2])
            last.pop(side, None)  # so that the order is that of the last of each size
            last[side] = name

    for name, module in ungrouped(network).named_modules():
        if name:
            module.register_forward_hook(lambda _m, _i, output, name=name: record(name, output))
    with torch.no_grad():
        network(guide.normaliser(torch.full((1, 3, guide.input_size, guide.input_size), 0.5, device=guide.device)))
    return tuple(last.values())
