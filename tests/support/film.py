"""Films for tests, and a reader that decodes and composes them as the browser does, written out anew."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from skimage import data

from lwise_core.enhancement.objectives import GroundTruthLogit, Objective
from lwise_core.enhancement.path import EnhancementPath, PathRequest, ascend
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent
from lwise_core.enhancement.viewer_payload import MAGIC, ViewerPayload
from lwise_core.guides.compact_resnet import CompactResNet
from lwise_core.guides.guide import IMAGENET_MEAN, IMAGENET_STD, Domain, GuideModel, Normaliser, Provenance
from lwise_core.images.codec import Photograph, encode_png, open_photograph
from lwise_core.images.geometry import Crop


def guide_of_size(input_size: int) -> GuideModel:
    """Return a small seeded guide of ``input_size`` px and five classes."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = CompactResNet(width=4, num_classes=5, stem_stride=1)
    return GuideModel(
        name="small",
        network=network,
        normaliser=Normaliser(mean=IMAGENET_MEAN, std=IMAGENET_STD),
        classes=("cat", "dog", "owl", "sea turtle", "red fox"),
        input_size=input_size,
        domain=Domain.NATURAL,
        provenance=Provenance(sha256="0" * 64, training_epsilon=0.5 * input_size / 64),
    )


def cat_photograph() -> Photograph:
    """Return skimage's cat, 451 × 300 px."""
    return open_photograph(encode_png(data.chelsea()), name="cat.png")


def film_of(
    *,
    input_size: int,
    side: int,
    steps: int,
    extent: Extent = Extent.PHOTOGRAPH,
    objective: Objective | None = None,
) -> ViewerPayload:
    """Return the film of ``steps`` steps on a crop of the cat of ``side`` px; beyond the cat, of an enlargement."""
    photograph = cat_photograph()
    if side > photograph.height:
        factor = -(-side // photograph.height)
        enlarged = photograph.pixels.repeat(factor, axis=0).repeat(factor, axis=1)
        photograph = open_photograph(encode_png(enlarged), name="cat.png")
    subject = CroppedPhotograph(photograph, Crop(left=7, top=0, side=side))
    guide = guide_of_size(input_size)
    request = PathRequest.single(subject.seen(size=input_size), target=2, objective=objective or GroundTruthLogit())
    step = guide.epsilon_scale.step
    return ViewerPayload(
        EnhancementPath(guide, request, step, tuple(ascend(guide, request, step=step, steps=steps))), subject, extent
    )


def shortened(film: ViewerPayload, *, frames: int) -> ViewerPayload:
    """Return ``film`` as it was when its path had ``frames`` frames."""
    path = film.path
    return ViewerPayload(
        EnhancementPath(path.guide, path.request, path.step, path.frames[:frames]), film.subject, film.extent
    )


def header_of(payload: bytes) -> dict[str, Any]:
    """Return the header of a payload."""
    assert payload.startswith(MAGIC)
    (length,) = struct.unpack_from("<I", payload, len(MAGIC))
    header: dict[str, Any] = json.loads(payload[len(MAGIC) + 4 : len(MAGIC) + 4 + length])
    return header


@dataclass
class Reader:
    """A browser's memory of one film, fed with payloads."""

    header: dict[str, Any] = field(default_factory=dict)
    original: npt.NDArray[np.uint8] | None = None
    taps: npt.NDArray[np.float64] | None = None
    frames: dict[int, npt.NDArray[np.int16]] = field(default_factory=dict)
    coarse: dict[int, npt.NDArray[np.int16]] = field(default_factory=dict)

    def take(self, payload: bytes) -> None:
        self.header = header_of(payload)
        (length,) = struct.unpack_from("<I", payload, len(MAGIC))
        body = zlib.decompress(payload[len(MAGIC) + 4 + length :])
        side, grid = self.header["side"], self.header["grid"]

        def section(name: str, dtype: str) -> npt.NDArray[Any]:
            offset, size = self.header["sections"][name]
            return np.frombuffer(body[offset : offset + size], dtype=dtype)

        if self.header["sections"]:
            self.original = np.cumsum(section("original", "u1").reshape(side, side, 3), axis=1, dtype=np.uint8)
            self.taps = np.zeros((side, grid))
            starts = section("starts", "<u2").astype(int)
            for k in range(2):
                self.taps[np.arange(side), starts + k] += section("weights", "<f4").reshape(side, 2)[:, k]
        _add(self.frames, self.header["frames"], body, grid=grid)
        if self.header["preview"]:
            _add(self.coarse, self.header["preview"]["frames"], body, grid=grid)

    def coarse_levels(self, position: int) -> npt.NDArray[np.float64]:
        """Return what the coarse path shows at ``position``, ``(3, G, G)`` in levels: the line between two iterates."""
        preview, grid = self.header["preview"], self.header["grid"]
        steps = position / preview["every"]
        before = min(int(steps), len(preview["best"]) - 1)
        ends = preview["best"][before], preview["best"][min(before + 1, len(preview["best"]) - 1)]
        one, other = (self.coarse[i].astype(float) if i else np.zeros((3, grid, grid)) for i in ends)
        blended: npt.NDArray[np.float64] = one + (steps - before) * (other - one)
        return blended

    def change(self, position: int) -> npt.NDArray[np.float64]:
        """Return the change at ``position``, ``(C, C, 3)`` in grey levels, before clamping."""
        assert self.taps is not None
        best = self.header["positions"][position][0]
        levels = self.frames[best] if best else np.zeros((3, *self.taps.shape[1:] * 2))
        spread = self.taps @ (levels * self.header["level"]) @ self.taps.T
        change: npt.NDArray[np.float64] = spread.transpose(1, 2, 0)
        return change

    def composed(self, position: int) -> npt.NDArray[np.uint8]:
        """Return the altered picture at ``position``, ``(C, C, 3)``."""
        assert self.original is not None
        altered: npt.NDArray[np.uint8] = np.rint((self.original + self.change(position)).clip(0, 255)).astype(np.uint8)
        return altered


def _add(frames: dict[int, npt.NDArray[np.int16]], rows: list[list[int]], body: bytes, *, grid: int) -> None:
    """Add to ``frames`` what the header's ``rows`` tell of, each to the one that it builds on."""
    for index, base, bits, offset, size in rows:
        differences = np.frombuffer(body[offset : offset + size], dtype="<i2" if bits == 16 else "i1")
        before = frames[base] if base else np.int16(0)
        frames[index] = before + differences.astype(np.int16).reshape(3, grid, grid)
