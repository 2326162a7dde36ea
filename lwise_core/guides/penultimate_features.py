"""What a network makes of a picture before it names it: the input of its last linear layer.

Two pictures are alike to the network where these features are near each other, whichever class it puts them into.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from lwise_core._utils.arrays import Values
from lwise_core._utils.errors import LWiseError
from lwise_core.guides.grouped_guide import ungrouped
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.shared_weights import copy_sharing_weights


class NoFeatures(LWiseError):
    """A network without a last linear layer. The message is one sentence: what is lacking, and what to do."""


@dataclass(frozen=True, eq=False)
class Features:
    """A guide's network, as a twin that hooks may touch, and its last linear layer, ``head``."""

    guide: GuideModel
    network: nn.Module
    head: nn.Linear

    @classmethod
    def of(cls, guide: GuideModel) -> Features:
        """Return what reads the features of ``guide``. Takes one forward pass.

        Raises:
            NoFeatures: Its logits are not what a linear layer makes of one list of features.
        """
        network = copy_sharing_weights(ungrouped(guide.network))
        ran: list[tuple[nn.Linear, torch.Tensor, torch.Tensor]] = []

        def record(module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            assert isinstance(module, nn.Linear)  # noqa: S101  it is registered with these alone
            ran.append((module, inputs[0], output))

        hooks = [m.register_forward_hook(record) for m in network.modules() if isinstance(m, nn.Linear)]
        with torch.no_grad():
            blank = torch.full((1, 3, guide.input_size, guide.input_size), 0.5, device=guide.device)
            logits = network(guide.normaliser(blank))
        for hook in hooks:
            hook.remove()
        # The last to run need not be the last: some networks average two heads, or pool what their last layer gives.
        if not ran or ran[-1][1].ndim != 2 or not torch.equal(ran[-1][2], logits):
            raise NoFeatures(
                f"The network “{guide.name}” does not end in a linear layer, so there are no features before it; "
                "choose another network."
            )
        return cls(guide, network, ran[-1][0])

    def read(self, images: torch.Tensor) -> Values:
        """Return the features ``(N, D)`` of ``images`` ``(N, 3, H, W)``, float32 in [0, 1] at the network's size."""
        taken: list[torch.Tensor] = []

        def take(_module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            taken.append(inputs[0])

        hook = self.head.register_forward_pre_hook(take)
        try:
            with torch.no_grad():
                self.network(self.guide.normaliser(images.to(self.guide.device)))
        finally:
            hook.remove()
        found: Values = torch.cat(taken).cpu().numpy().astype(np.float64)
        return found
