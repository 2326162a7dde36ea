"""What the lights say where the truth was planted; no data set is needed, and each command prints one table.

    python -m benchmarks.planted lattice
    python -m benchmarks.planted folded
    python -m benchmarks.planted smoothed
    python -m benchmarks.planted textures

V4: lattices are added to clean perturbations of the phantom, to find how strong one must be to be flagged, and its
enhanced pictures are smoothed, to find how much. V7: noise
and textures that show no object are enhanced towards classes drawn at random, and the light about evidence must flag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated

import numpy as np
import numpy.typing as npt
import torch
import typer
from scipy.ndimage import gaussian_filter

from lwise_core._utils.intervals import wilson_interval
from lwise_core.data.phantom import FAMILIES, draw, population
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import PathRequest, walk
from lwise_core.guides import catalog
from lwise_core.guides.guide import GuideModel
from lwise_core.inspection.detail import lost_detail
from lwise_core.inspection.examine import examine, perturbation_at
from lwise_core.inspection.folding import folds_of, repeated_share
from lwise_core.inspection.indicators import LightState
from lwise_core.inspection.perturbation import Perturbation
from lwise_core.inspection.shipped_limits import limits_at

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

Image = npt.NDArray[np.float32]

DECIBELS = tuple(range(-30, 7, 2))
"""Energy of the lattice over that of the perturbation which it is added to."""
PLANTED = (2, 4, 8, 16)
BLURS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
FOUND = 0.95
_P = 0.01
_SEED = 23


@app.command("lattice")
def lattice_command(count: Annotated[int, typer.Option(help="How many creatures.")] = 40) -> None:
    """V4: the weakest lattice of each period that is flagged in 95% of the perturbations."""
    guide = catalog.load("phantom4-64")
    clean = list(_clean(guide, count))
    limit = limits_at(guide.input_size)["H8"].value
    print(f"{count} creatures, ε = {guide.epsilon_scale.default:g}; flagged above a share of {limit:.3f}.\n")
    print(f"Without a lattice {sum(_stands_out(c) > limit for c in clean)} of them are flagged.\n")
    print("| period | flagged in 95% from | flagged at −20 dB | at −10 dB | at 0 dB |")
    print("|---|---|---|---|---|")
    for period in PLANTED:
        shares = {db: np.mean([_stands_out(_with_lattice(c, period, db)) > limit for c in clean]) for db in DECIBELS}
        least = next((f"{db:+d} dB" for db in DECIBELS if shares[db] >= FOUND), "not up to +6 dB")
        print(f"| {period} px | {least} | {shares[-20]:.0%} | {shares[-10]:.0%} | {shares[0]:.0%} |")


@app.command("folded")
def folded_command(count: Annotated[int, typer.Option(help="How many creatures.")] = 16) -> None:
    """V4 by folding: how many perturbations with a lattice of each period and energy have a p of 1%."""
    guide = catalog.load("phantom4-64")
    clean = list(_clean(guide, count))
    print(f"{count} creatures, ε = {guide.epsilon_scale.default:g}; found at p ≤ {_P:g}.\n")
    print("| period | without a lattice | at −20 dB | at −12 dB | at −8 dB |")
    print("|---|---|---|---|---|")
    for period in PLANTED:
        without = sum(_folded_p(change, period) <= _P for change in clean)
        found = [sum(_folded_p(_with_lattice(c, period, db), period) <= _P for c in clean) for db in (-20, -12, -8)]
        print(f"| {period} px | {without} | {' | '.join(map(str, found))} |", flush=True)


@app.command("smoothed")
def smoothed_command(count: Annotated[int, typer.Option(help="How many creatures.")] = 40) -> None:
    """V4 for over-smoothing: enhanced pictures that were blurred besides, by Gaussians of several widths."""
    guide = catalog.load("phantom4-64")
    clean = list(_clean(guide, count))
    limit = limits_at(guide.input_size)["HS"].value
    print(f"{count} creatures, ε = {guide.epsilon_scale.default:g}; flagged above a share of {limit:.3f} lost.\n")
    print("| blur, standard deviation | flagged | detail lost, median | RMS of all that changed, grey levels |")
    print("|---|---|---|---|")
    for width in BLURS:
        blurred = [_smoothed(change, width) for change in clean]
        lost = [lost_detail(change) or 0.0 for change in blurred]
        rms = np.median([np.sqrt(np.square(change.delta).mean()) for change in blurred])
        print(f"| {width:g} px | {sum(x > limit for x in lost)} | {np.median(lost):.1%} | {rms:.1f} |", flush=True)


@app.command("textures")
def textures_command(
    guide_name: Annotated[str, typer.Option("--guide")] = "cifar10-32",
    count: Annotated[int, typer.Option(help="How many pictures of each kind.")] = 20,
) -> None:
    """V7: pictures without an object, each towards a class drawn at random, at the default ε."""
    guide = catalog.load(guide_name)
    step = round(guide.epsilon_scale.default / guide.epsilon_scale.step)
    print(f"Guide {guide.name}, {count} pictures of each kind, ε = {guide.epsilon_scale.default:g}.\n")
    print("| pictures | light about evidence flagged | by H1 | cannot judge |")
    print("|---|---|---|---|")
    for kind, make in TEXTURES.items():
        states, by_prior = [], 0
        for i in range(count):
            random = np.random.default_rng((_SEED, i))
            image = torch.from_numpy(make(guide.input_size, random))
            target = int(random.integers(len(guide.classes)))
            *_, path = walk(guide, PathRequest.single(image, target=target, objective=GroundTruthLogit()))
            *_, found = examine(path)
            light = found.risks[step].semantic
            states.append(light.state)
            by_prior += any(x.measure.key == "H1" and x.state is LightState.FLAGGED for x in light.indicators)
        flagged = sum(s is LightState.FLAGGED for s in states)
        unknown = sum(s is LightState.CANNOT_JUDGE for s in states)
        low, high = wilson_interval(flagged / count, count)
        print(f"| {kind} | {flagged / count:.0%} ({low:.0%} to {high:.0%}) | {by_prior} | {unknown} |", flush=True)


def _clean(guide: GuideModel, count: int) -> Iterator[Perturbation]:
    """Yield the perturbations of ``count`` creatures towards their own families."""
    for creature in population(per_family=-(-count // len(FAMILIES)), seed=_SEED)[:count]:
        pixels = draw(creature, size=guide.input_size).astype(np.float32) / 255
        image = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))
        target = guide.class_index(FAMILIES[creature.family])
        *_, path = walk(guide, PathRequest.single(image, target=target, objective=GroundTruthLogit()))
        yield perturbation_at(path, epsilon=guide.epsilon_scale.default)


def _with_lattice(clean: Perturbation, period: int, decibels: float) -> Perturbation:
    """Return ``clean`` with a pattern that repeats every ``period`` px, of so much energy relative to its own."""
    size = clean.size
    wave = np.cos(2 * np.pi * np.arange(size) / period)
    pattern = np.broadcast_to(wave[:, None] + wave[None, :], (3, size, size))
    change = (clean.changed - clean.original).astype(np.float64)
    strength = np.sqrt(np.square(change).mean() / np.square(pattern).mean() * 10 ** (decibels / 10))
    return Perturbation(clean.original, (clean.changed + strength * pattern).astype(np.float32))


def _smoothed(clean: Perturbation, width: float) -> Perturbation:
    """Return ``clean`` with its enhanced picture blurred by a Gaussian of ``width`` px."""
    if not width:
        return clean
    return Perturbation(clean.original, gaussian_filter(clean.changed, sigma=(0, width, width)))


def _folded_p(change: Perturbation, period: int) -> float:
    (found,) = folds_of(change, periods=(period,))
    return found.p


def _stands_out(change: Perturbation) -> float:
    """Return what H8 says: how much of the change repeats, beyond chance."""
    found = repeated_share(change)
    return found.share if found else 0.0


def _white(size: int, random: np.random.Generator) -> Image:
    return random.random((3, size, size), dtype=np.float32)


def _pink(size: int, random: np.random.Generator) -> Image:
    """Noise whose amplitude falls with frequency, as it does in photographs."""
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.fftfreq(size)[None, :])
    frequency[0, 0] = 1 / size
    noise = np.fft.ifft2(np.fft.fft2(random.standard_normal((3, size, size))) / frequency).real
    noise = 0.5 + 0.2 * (noise - noise.mean()) / noise.std()
    return np.asarray(np.clip(noise, 0, 1), dtype=np.float32)


def _stripes(size: int, random: np.random.Generator) -> Image:
    angle, period, phase = random.uniform(0, np.pi), random.uniform(4, size / 2), random.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[:size, :size]
    wave = np.sin(2 * np.pi * (columns * np.cos(angle) + rows * np.sin(angle)) / period + phase)
    return _between_two_colours((wave + 1) / 2, random)


def _squares(size: int, random: np.random.Generator) -> Image:
    side = int(random.integers(3, size // 4))
    rows, columns = np.mgrid[:size, :size] // side
    return _between_two_colours((rows + columns) % 2, random)


def _shading(size: int, random: np.random.Generator) -> Image:
    angle = random.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[:size, :size] / (size - 1)
    slope = (columns - 0.5) * np.cos(angle) + (rows - 0.5) * np.sin(angle)
    return _between_two_colours((slope - slope.min()) / (slope.max() - slope.min()), random)


def _between_two_colours(share: npt.NDArray[np.float64], random: np.random.Generator) -> Image:
    one, other = random.random((2, 3, 1, 1))
    return np.asarray(one + (other - one) * share[None], dtype=np.float32)


TEXTURES: dict[str, Callable[[int, np.random.Generator], Image]] = {
    "white noise": _white,
    "1/f noise": _pink,
    "stripes": _stripes,
    "squares": _squares,
    "smooth shading": _shading,
}


if __name__ == "__main__":
    app()
