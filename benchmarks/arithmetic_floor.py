"""What everything on the Inspect page costs for a ResNet-50 at 224 px, in arithmetic alone, and what that takes here.

    OMP_NUM_THREADS=1 PYTHONPATH=. python -m benchmarks.arithmetic_floor

Counted are the passes of the tabs as they open by themselves, without and with the counter-experiment that a click
begins; measured, by the processor's time, the rate of a large matrix product and of a pass on one core. What is printed
last is what no implementation in float32 gets below on two such cores.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import torch

from benchmarks.tasks import seeded_resnet50
from lwise_core.inspection.attribution_methods import STEPS
from lwise_core.inspection.sanity_checks import REMOVALS

GFLOP = 8.2
"""Of one forward pass of ResNet-50 at 224 px; the way back to the picture costs as much again."""
COUNTER = 3
METHODS = 3
CORES = 2
_SIDE, _BATCH, _TIMES = 2048, 8, 4


def gradients_and_forwards(*, steps: int, counted_to: int | None) -> tuple[int, int]:
    """Return how many gradients, and how many passes forwards only, the page needs.

    ``steps`` are those of the path, ``counted_to`` those of the counter-experiment's paths, None without it. Each
    method is asked about both pictures and under new weights; Integrated Gradients were complete with the fewest steps.
    """
    maps = 3 * (1 + STEPS[0] + 1)
    curves = 2 * (REMOVALS - 1) * (METHODS + 1) + 2
    return steps + 1 + maps + (0 if counted_to is None else COUNTER * (counted_to + 1)), curves


def seconds(errand: Callable[[], object]) -> float:
    """Return the processor's seconds of ``errand``, the mean of several."""
    errand()
    began = process_time()
    for _ in range(_TIMES):
        errand()
    return (process_time() - began) / _TIMES


def main() -> None:
    """Print the passes, the rates, and the least seconds."""
    torch.set_num_threads(1)
    guide = seeded_resnet50()
    scale = guide.epsilon_scale
    pictures = torch.rand(_BATCH, 3, guide.input_size, guide.input_size, generator=torch.Generator().manual_seed(0))
    square = torch.rand(_SIDE, _SIDE, generator=torch.Generator().manual_seed(0))
    product = 2 * _SIDE**3 / 1e9 / seconds(lambda: square @ square)

    def gradient() -> torch.Tensor:
        leaf = pictures.clone().requires_grad_(True)
        (found,) = torch.autograd.grad(guide.logits(leaf)[:, 0].sum(), leaf)
        return found

    with torch.no_grad():
        forwards = GFLOP * _BATCH / seconds(lambda: guide.logits(pictures))
    backwards = 2 * GFLOP * _BATCH / seconds(gradient)
    print(f"one core, GFLOP/s: matrix product {product:.0f}, forwards {forwards:.0f}, gradients {backwards:.0f}")
    ends = {"none": None, "to the slider's ε": round(scale.default / scale.step), "to the largest ε": scale.steps}
    for words, counted_to in ends.items():
        gradients, passes = gradients_and_forwards(steps=scale.steps, counted_to=counted_to)
        work = GFLOP * (2 * gradients + passes)
        least = work / (CORES * max(product, forwards, backwards))
        said = f"{gradients} gradients, {passes} forwards, {work / 1e3:.2f} TFLOP, at least {least:.0f} s"
        print(f"counter-experiment {words}: {said}")


if __name__ == "__main__":
    main()
