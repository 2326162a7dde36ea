"""The film: everything that a browser needs to show every ε of a path by itself, as bytes.

A slider that asks the server for each picture cannot feel like a film. So the browser gets the original once and, for
each frame, the change at the guide's size; it composes the altered picture itself. The result equals the export within
one grey level wherever both have the same number of pixels (crops of up to ``COMPOSE_AT_MOST`` px).

How so little suffices: the export adds R⁺ d R⁺ᵀ to the photograph (geometry.py). R⁺ = Rᵀ (R Rᵀ)⁻¹, and only the
inverse is a full matrix, so it is applied here, at the guide's size. The rest, Rᵀ, has two entries in each row. For
crops hardly larger than the guide's input R Rᵀ is badly conditioned, and for smaller ones singular; there the whole R⁺
is applied here, and the rest is the identity. Either way one code path remains: two taps a pixel and axis.

Frames are whole numbers of a quarter of a grey level, each written as its difference from the frame before it: one step
changes little, so most differences are small and compress well.

Layout, little-endian: ``MAGIC`` · uint32 length of the header · header (JSON, UTF-8) · sections (one zlib stream). The
header says where each section begins: {"original": uint8 ``(C, C, 3)``, each row as differences of neighbouring pixels
modulo 256; "starts": uint16 ``(C,)``; "weights": float32 ``(C, 2)``}, all three only in a payload that begins with
frame 0, and "frames": [index, index of the frame it builds on, bits, offset, length], int8 or int16 ``(3, G, G)``.
Where a coarse path is looked at until the path is there, "preview" holds how many positions one of its steps stands
for, the best iterate after each, and its own frames in the same form; the browser shows the straight line between two.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lwise_core._utils.arrays import FloatImage, Pixels
from lwise_core.enhancement.coarse_path import CoarsePath
from lwise_core.enhancement.objectives import Harder
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.enhancement.rendering import CroppedPhotograph, Extent
from lwise_core.images.geometry import carry_back, resize_matrix, see, to_8_bit

MAGIC = b"LWFILM01"
COMPOSE_AT_MOST = 720
"""Largest side, in pixels, at which the browser composes; larger crops are sent reduced to it."""

LEVEL = 0.25
"""Step of the numbers in a frame, in grey levels: rounding moves no pixel by more than half of it."""

_WELL_CONDITIONED = 1.1
"""C/H from which R Rᵀ is inverted: there its inverse amplifies by at most 6 on each axis (224/225: by 140)."""

_FASTEST = 1  # zlib's level: differences are small already, and people wait for the first frame

Levels = npt.NDArray[np.int16]


class Taps(NamedTuple):
    """A matrix ``(C, G)`` with two neighbouring entries in each row: ``starts`` ``(C,)``, ``weights`` ``(C, 2)``."""

    starts: npt.NDArray[np.uint16]
    weights: npt.NDArray[np.float32]


class _Section(NamedTuple):
    """One array among the sections, and how the header names it."""

    name: str
    content: bytes


@dataclass(frozen=True, eq=False)
class ViewerPayload:
    """The first image of a path, as pictures of ``subject`` at ``extent``, ready to be sent to a browser.

    ``provisional`` holds the positions of the slider whose logits are not final. ``preview`` is looked at where the
    path does not reach yet, without any figure.
    """

    path: EnhancementPath
    subject: CroppedPhotograph
    extent: Extent
    provisional: Container[int] = frozenset()
    preview: CoarsePath | None = None

    @property
    def length(self) -> int:
        """Number of positions that the path reaches so far, the original included."""
        return len(self.path.frames)

    @property
    def coarse_length(self) -> int:
        """Number of iterates of the coarse path so far, the original included; 0 where there is none."""
        return 0 if self.preview is None else len(self.preview.frames)

    @cached_property
    def id(self) -> str:
        """Short hash of all that decides what the film shows; it stays the same while the path grows."""
        request, crop = self.path.request, self.subject.crop
        belongs_to = (
            self.subject.photograph.sha256,
            (crop.left, crop.top, crop.side),
            self.path.guide.provenance.sha256,
            self.path.guide.input_size,
            int(request.targets[0]),
            repr(request.objective),
            self.path.step,
            self.extent.value,
            b"" if request.within is None else request.within.cpu().numpy().tobytes(),
        )
        return hashlib.sha256(repr(belongs_to).encode()).hexdigest()[:16]

    @cached_property
    def best(self) -> tuple[int, ...]:
        """For each position the frame that it shows: the best up to there, the first of equals."""
        return self.path.best_steps()

    @property
    def side(self) -> int:
        """C, the side in pixels of the picture on which the browser composes, known without making that picture."""
        if self.extent is Extent.GUIDE:
            return self.path.guide.input_size
        return min(self.subject.crop.side, COMPOSE_AT_MOST)

    @cached_property
    def original(self) -> Pixels:
        """The unaltered picture ``(C, C, 3)`` on which the browser composes."""
        if self.extent is Extent.GUIDE:
            return to_8_bit(self.path.change(0).original).transpose(1, 2, 0)
        pixels = self.subject.crop.of(self.subject.photograph.pixels)
        if pixels.shape[0] <= COMPOSE_AT_MOST:
            return pixels
        return to_8_bit(see(pixels, size=COMPOSE_AT_MOST)).transpose(1, 2, 0)

    def change(self, index: int) -> Levels:
        """Return frame ``index`` ``(3, G, G)``: what the taps spread over the picture, in steps of ``LEVEL``."""
        return self._spread(self.path.change(index).difference)

    def _spread(self, perturbation: FloatImage) -> Levels:
        """Return a change ``(3, H, H)`` at the guide's size as the levels that are sent."""
        side = self.side
        if _is_inverted(side, perturbation.shape[1]):
            inverse = _inverse_gram(side, perturbation.shape[1])
            spread: FloatImage = np.matmul(np.matmul(inverse, perturbation), inverse.T)
        elif side == perturbation.shape[1]:
            spread = perturbation
        else:
            spread = carry_back(perturbation, side=side)
        # Nothing that a budget allows comes near the ends of int16 (8,192 grey levels); what did would be black or
        # white in the picture with or without the limit.
        levels: Levels = np.rint(spread * (255 / LEVEL)).clip(-32768, 32767).astype(np.int16)
        return levels

    def payload(self, *, first: int, first_coarse: int = 0) -> bytes:
        """Return the bytes for a browser that has the frames before ``first``; 0 for one that has nothing.

        ``first_coarse`` says the same of the iterates of the coarse path. Figures of all positions are in every
        payload, so that provisional ones are replaced.

        Raises:
            ValueError: ``first`` is negative or beyond the number of frames.
        """
        if not 0 <= first <= self.length:
            raise ValueError(f"A film of {self.length} frames cannot be sent from frame {first}.")
        body = bytearray()
        sections: dict[str, list[int]] = {}
        for name, content in self._still() if first == 0 else ():
            sections[name] = [len(body), len(content)]
            body += content
        frames = _written(_moving(self.best, self.change, first=first), body)
        preview = self._preview(body, first=first_coarse)
        header = json.dumps(
            {**self._about(), "first": first, "sections": sections, "frames": frames, "preview": preview},
            ensure_ascii=False,
            separators=(",", ":"),
            allow_nan=False,
        ).encode()
        return b"".join((MAGIC, struct.pack("<I", len(header)), header, zlib.compress(bytes(body), _FASTEST)))

    def _still(self) -> Iterator[_Section]:
        """Yield what all frames share."""
        differences = self.original.copy()
        differences[:, 1:] -= self.original[:, :-1]
        taps = taps_for(self.side, self.path.guide.input_size)
        yield _Section("original", differences.tobytes())
        yield _Section("starts", taps.starts.astype("<u2").tobytes())
        yield _Section("weights", taps.weights.astype("<f4").tobytes())

    def _preview(self, body: bytearray, *, first: int) -> dict[str, object] | None:
        """Write the coarse path's iterates from ``first`` on to ``body``; return what the header says of it."""
        preview = self.preview
        if preview is None:
            return None
        best = preview.best_steps()
        moving = _moving(best, lambda index: self._spread(preview.change(index).difference), first=first)
        return {"every": preview.step / self.path.step, "best": best, "frames": _written(moving, body)}

    def _about(self) -> dict[str, object]:
        path, scale = self.path, self.path.guide.epsilon_scale
        side, size = self.side, path.guide.input_size
        caution = path.guide.caution_epsilon
        chosen = [int(path.frames[b].logits[0].argmax()) for b in self.best]
        names = sorted(set(chosen))
        return {
            "film": self.id,
            "planned": max(scale.steps, self.length - 1),
            "step": path.step,
            "greyLevels": scale.grey_levels(1),
            "at224": scale.at_224(1),
            "caution": caution,
            "towards": path.guide.classes[int(path.request.targets[0])],
            "harder": isinstance(path.request.objective, Harder),
            "atGuideSize": self.extent is Extent.GUIDE,
            "side": side,
            "grid": size if _is_inverted(side, size) else side,
            "level": LEVEL,
            "classes": [path.guide.classes[i] for i in names],
            "positions": [
                [best, *self._figures[best], names.index(choice), int(position in self.provisional)]
                for position, (best, choice) in enumerate(zip(self.best, chosen, strict=True))
            ],
        }

    @cached_property
    def _figures(self) -> dict[int, tuple[float, float]]:
        """ε spent and logit of the class, for every frame that some position shows."""
        target = int(self.path.request.targets[0])
        return {
            index: (
                round(float(np.linalg.norm(self.path.change(index).difference.ravel())), 5),
                round(float(self.path.frames[index].logits[0, target]), 4),
            )
            for index in sorted(set(self.best))
        }


def _moving(
    best: Sequence[int], change: Callable[[int], Levels], *, first: int
) -> Iterator[tuple[int, int, bytes, int]]:
    """Yield index, base, bytes and bits of every frame from ``first`` on that some position shows, as ``best`` says.

    Frame 0 is no change at all and is never sent.
    """
    base, before = 0, None
    for index in sorted(set(best) - {0}):
        if index < first:
            base = index
            continue
        if before is None and base:
            before = change(base)
        levels = change(index)
        content, bits = _encoded(levels if before is None else levels.astype(np.int32) - before)
        yield index, base, content, bits
        base, before = index, levels


def _written(frames: Iterator[tuple[int, int, bytes, int]], body: bytearray) -> list[list[int]]:
    """Write the bytes of ``frames`` to ``body``; return the header's row for each."""
    rows = []
    for index, base, content, bits in frames:
        rows.append([index, base, bits, len(body), len(content)])
        body += content
    return rows


@lru_cache(maxsize=8)
def taps_for(side: int, size: int) -> Taps:
    """Return the matrix that carries a frame to a picture of ``side`` px: C/H·Rᵀ, or the identity.

    The factor makes the entries of a row sum to about 1 and is taken out of the frame in turn.
    """
    if not _is_inverted(side, size):
        starts = np.minimum(np.arange(side), side - 2)
        first = (np.arange(side) == starts).astype(np.float32)
        return Taps(starts.astype(np.uint16), np.stack([first, 1 - first], axis=1))
    matrix = resize_matrix(side, size).T * np.float32(side / size)
    starts = np.minimum((matrix != 0).argmax(axis=1), size - 2)
    rows = np.arange(side)
    weights = np.stack([matrix[rows, starts], matrix[rows, starts + 1]], axis=1)
    return Taps(starts.astype(np.uint16), weights)


def _is_inverted(side: int, size: int) -> bool:
    """Whether frames are (R Rᵀ)⁻¹ d (R Rᵀ)⁻ᵀ at the guide's size, rather than the change at the picture's own."""
    return side > _WELL_CONDITIONED * size


@lru_cache(maxsize=8)
def _inverse_gram(side: int, size: int) -> FloatImage:
    """Return H/C·(R Rᵀ)⁻¹ ``(H, H)``."""
    matrix = resize_matrix(side, size).astype(np.float64)
    inverse: FloatImage = (np.linalg.inv(matrix @ matrix.T) * (size / side)).astype(np.float32)
    return inverse


def _encoded(differences: npt.NDArray[np.integer]) -> tuple[bytes, int]:
    """Return ``differences`` as int8 where they fit, else int16, and the number of bits."""
    # A difference of two int16 may leave int16; it wraps around, and so does the browser's sum.
    if np.abs(differences.astype(np.int32)).max() <= 127:
        return differences.astype(np.int8).tobytes(), 8
    return differences.astype("<i2").tobytes(), 16
