"""The temperature that makes a guide's probabilities as sure as it is right (Guo et al. 2017, section 4.2)."""

from __future__ import annotations

import torch

_FLATTEST, _SHARPEST = 1e-3, 1e3
_HALVINGS = 60


def fitted_temperature(logits: torch.Tensor, targets: torch.Tensor) -> float | None:
    """Return T > 0 with the least cross-entropy of ``logits``/T ``(N, C)`` for the classes ``targets`` ``(N,)``.

    The cross-entropy is convex in 1/T, so its derivative (the mean logit that the softmax expects, less that of the
    ground truth) is brought to 0 by halving. None where every picture is rightly named: no T is small enough then.
    """
    if bool((logits.argmax(dim=1) == targets).all()):
        return None
    scores = logits.double()
    own = scores.gather(1, targets[:, None]).mean()
    low, high = _FLATTEST, _SHARPEST
    for _ in range(_HALVINGS):
        sharpness = (low * high) ** 0.5
        expected = ((scores * sharpness).softmax(dim=1) * scores).sum(dim=1).mean()
        if expected <= own:
            low = sharpness
        else:
            high = sharpness
    return 1 / low
