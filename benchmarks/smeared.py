"""How many pictures are flagged that somebody smeared: blurred, crushed by JPEG, or smeared by a brush.

    python -m benchmarks.smeared seen animals16-64 animals16-64-test.tar.gz --part 1:2 --count 100
    python -m benchmarks.smeared pairs animals16-128 FOLDER

Of what a guide sees, held-out pictures are smeared, and the indicators of the light about artefacts asked. As pairs of
one's own, photographs of a folder are smeared at their own size, and saved again or made smaller without a smear, which
must not be flagged.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from PIL import Image as PillowImage
from scipy.ndimage import gaussian_filter, median_filter, uniform_filter1d

from benchmarks.risk import pictures_of
from lwise_core.api import inspect_pair, open_image
from lwise_core.cli.train_options import part as part_of
from lwise_core.guides import catalog
from lwise_core.images.codec import open_photograph
from lwise_core.inspection.detail import lost_detail, smeared_share
from lwise_core.inspection.folding import repeated_share
from lwise_core.inspection.indicators import LightState
from lwise_core.inspection.perturbation import Perturbation, fine_share_of, saturated_share, unconfirmed_share
from lwise_core.inspection.shipped_limits import limits_at

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

Values = npt.NDArray[np.float64]
"""A picture ``(H, W, 3)`` in grey levels."""
Smear = Callable[[Values], Values]

MEASURES: Mapping[str, Callable[[Perturbation], float | None]] = {
    "H7": unconfirmed_share,
    "H8": lambda change: None if (found := repeated_share(change)) is None else found.share,
    "H9": saturated_share,
    "HF": fine_share_of,
    "HS": lost_detail,
    "HP": smeared_share,
}


def _blur(width: float) -> Smear:
    return lambda pixels: gaussian_filter(pixels, sigma=(width, width, 0))


def _median(side: int) -> Smear:
    def filtered(pixels: Values) -> Values:
        median: Values = median_filter(pixels, size=(side, side, 1))
        return median

    return filtered


def _jpeg(quality: int) -> Smear:
    def saved(pixels: Values) -> Values:
        file = io.BytesIO()
        PillowImage.fromarray(_rounded(pixels)).save(file, "JPEG", quality=quality)
        read: Values = np.asarray(PillowImage.open(file), dtype=np.float64)
        return read

    return saved


def _brush(share: float, smear: Smear) -> Smear:
    """Return ``smear`` within a disc in the middle, as wide as this ``share`` of the side, with a soft edge."""

    def brushed(pixels: Values) -> Values:
        height, width = pixels.shape[:2]
        rows, columns = np.mgrid[:height, :width]
        disc = np.hypot(rows - height / 2, columns - width / 2) < share * min(height, width) / 2
        soft = gaussian_filter(disc.astype(np.float64), 0.7)[..., None]
        mixed: Values = pixels * (1 - soft) + smear(pixels) * soft
        return mixed

    return brushed


def _smudge(pixels: Values) -> Values:
    smudged: Values = uniform_filter1d(pixels, max(5, pixels.shape[1] // 12), axis=1)
    return smudged


SEEN: Mapping[str, Smear] = {
    "blur, 0.5 px": _blur(0.5),
    "blur, 1 px": _blur(1),
    "blur, 2 px": _blur(2),
    "median of 3 × 3": _median(3),
    "median of 5 × 5": _median(5),
    "JPEG, quality 40": _jpeg(40),
    "JPEG, quality 20": _jpeg(20),
    "JPEG, quality 10": _jpeg(10),
    "brush of a quarter of the side, blur of 2 px": _brush(1 / 4, _blur(2)),
    "brush of a quarter of the side, smudged sideways": _brush(1 / 4, _smudge),
}
"""Smears of what a guide sees."""

PAIRS: Mapping[str, Smear] = {
    "saved as JPEG, quality 90 (no smear)": _jpeg(90),
    "saved as JPEG, quality 75 (no smear)": _jpeg(75),
    "lighter by a tenth (no smear)": lambda pixels: pixels * 0.9 + 25,
    "blur, 1 px": _blur(1),
    "blur, 2 px": _blur(2),
    "blur, 4 px": _blur(4),
    "median of 5 × 5": _median(5),
    "JPEG, quality 10": _jpeg(10),
    "brush of a tenth of the side, blur of 4 px": _brush(1 / 10, _blur(4)),
    "brush of a tenth of the side, smudged sideways": _brush(1 / 10, _smudge),
}
"""What is made of photographs at their own size."""


@app.command("seen")
def seen_command(
    guide_name: Annotated[str, typer.Argument(metavar="GUIDE")],
    images: Annotated[Path, typer.Argument(help="Held-out images, test/<class>/*.")],
    part: Annotated[str, typer.Option(metavar="FIRST:STEP", help="Which of them, by file name.")] = "1:2",
    count: Annotated[int, typer.Option(help="How many of these, evenly spread.")] = 100,
) -> None:
    """Smear what the guide sees of held-out pictures, and print how many the light about artefacts flags."""
    guide = catalog.load(guide_name)
    limits = limits_at(guide.input_size)
    originals = [picture.image.numpy() for picture in pictures_of(guide, images, part_of(part), count)]
    print(f"Guide {guide.name}, {count} of the images {part} of “test” in {images.name}, {guide.input_size} px.\n")
    print("| smear | light flagged | by HS, detail lost | by HP, smeared place | by HS or HP |\n|---|---|---|---|---|")
    for name, smear in SEEN.items():
        flags = []
        for image in originals:
            smeared = smear(image.transpose(1, 2, 0) * 255.0).clip(0, 255).transpose(2, 0, 1) / 255
            flags.append(
                _flagged(Perturbation(image, smeared.astype(np.float32)), {k: v.value for k, v in limits.items()})
            )
        light, lost, place = (np.array([bool(f & keys) for f in flags]) for keys in (set(MEASURES), {"HS"}, {"HP"}))
        shares = " | ".join(f"{found.mean():.0%}" for found in (light, lost, place, lost | place))
        print(f"| {name} | {shares} |", flush=True)


def _flagged(change: Perturbation, limits: Mapping[str, float]) -> set[str]:
    """Return which indicators pass their limits."""
    values = {key: measure(change) for key, measure in MEASURES.items() if key in limits}
    return {key for key, value in values.items() if value is not None and value > limits[key]}


@app.command("pairs")
def pairs_command(
    guide_name: Annotated[str, typer.Argument(metavar="GUIDE")],
    photographs: Annotated[Path, typer.Argument(help="A folder of photographs.")],
) -> None:
    """Smear photographs at their own size, inspect both as a pair, and print how many are flagged."""
    guide = catalog.load(guide_name)
    files = sorted(photographs.iterdir())
    originals = [open_photograph(file.read_bytes(), name=file.name).pixels for file in files]
    print(f"Guide {guide.name}, {len(files)} photographs.\n")
    print("| made of the photograph | light about artefacts flagged | by HS | by HP |\n|---|---|---|---|")
    for name, smear in PAIRS.items():
        found: list[tuple[bool, ...]] = []
        for pixels in originals:
            altered = open_image(_rounded(smear(pixels.astype(np.float64))), name="altered.png")
            one = inspect_pair(guide, open_image(pixels, name="original.png"), altered, guide.classes[0], second=None)
            flagged = {i.measure.key for i in one.risk.artefact.counted if i.state is LightState.FLAGGED}
            found.append((one.risk.artefact.state is LightState.FLAGGED, "HS" in flagged, "HP" in flagged))
        print(f"| {name} | {' | '.join(f'{n} of {len(files)}' for n in np.sum(found, axis=0))} |", flush=True)


def _rounded(pixels: Values) -> npt.NDArray[np.uint8]:
    rounded: npt.NDArray[np.uint8] = np.rint(pixels).clip(0, 255).astype(np.uint8)
    return rounded


if __name__ == "__main__":
    app()
