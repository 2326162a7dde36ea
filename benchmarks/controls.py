"""What an enhancement is compared with: other changes of exactly its size, and what pictures suffer on their way.

A change of a picture helps only if it helps more than another of the same L2 norm. Pictures are ``(N, 3, H, W)``
float32 in [0, 1].
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import numpy as np
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter
from skimage.exposure import equalize_adapthist

from lwise_core._utils.arrays import FloatImage
from lwise_core.images.codec import open_photograph
from lwise_core.images.geometry import to_8_bit

Change = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Originals and their enhanced twins → the direction of another change."""

_ROUNDS = 20


def of_equal_size(originals: torch.Tensor, enhanced: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    """Return ``originals`` changed along ``direction``, each by as much as its ``enhanced`` twin was, in L2.

    The length is found again after clamping to [0, 1], which shortens a change; where a direction leads nowhere (a flat
    picture has nothing to sharpen), the original comes back.
    """
    wanted = _norms(enhanced - originals)
    scale = wanted / _norms(direction).clamp_min(1e-9)
    changed = originals
    for _ in range(_ROUNDS):
        changed = (originals + scale * direction).clamp(0, 1)
        scale = scale * (wanted / _norms(changed - originals).clamp_min(1e-9)).clamp(0.5, 2)
    return changed


def phase_scrambled(originals: torch.Tensor, enhanced: torch.Tensor, *, seed: int = 0) -> torch.Tensor:
    """Return the perturbations with their spectra's amplitudes kept and their phases drawn at random.

    The same phases are added in all three channels, so that colours stay what they were.
    """
    spectrum = torch.fft.fft2(enhanced - originals)
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(len(originals), 1, *originals.shape[-2:], generator=generator)
    phases = torch.fft.fft2(noise)  # of a real picture: the result is real again
    scrambled: torch.Tensor = torch.fft.ifft2(spectrum * phases / phases.abs().clamp_min(1e-9)).real
    return scrambled


def sharpened(originals: torch.Tensor, enhanced: torch.Tensor) -> torch.Tensor:
    """Return the change that an unsharp mask of one pixel makes."""
    del enhanced
    return originals - after_blur(originals, sigma=1)


def equalised(originals: torch.Tensor, enhanced: torch.Tensor) -> torch.Tensor:
    """Return the change that contrast-limited adaptive histogram equalisation (CLAHE) makes."""
    del enhanced
    return _each(originals, equalize_adapthist) - originals


CONTROLS: Mapping[str, Change] = {
    "phase-scrambled": phase_scrambled,
    "sharpened": sharpened,
    "CLAHE": equalised,
}


def as_written(images: torch.Tensor) -> torch.Tensor:
    """Return ``images`` as an 8-bit file holds them."""
    return (images * 255).round() / 255


def after_jpeg(images: torch.Tensor, *, quality: int = 75) -> torch.Tensor:
    """Return ``images`` after they were kept as JPEG files."""
    return _each(images, lambda image: _through_jpeg(image, quality=quality))


def after_blur(images: torch.Tensor, *, sigma: float = 0.5) -> torch.Tensor:
    """Return ``images`` blurred by a Gaussian of ``sigma`` pixels."""
    return torch.from_numpy(gaussian_filter(images.numpy(), sigma=sigma, axes=(2, 3), mode="nearest"))


DEGRADATIONS: Mapping[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "as written": as_written,
    "after JPEG 75": after_jpeg,
    "after blur of 0.5 px": after_blur,
}


def _norms(images: torch.Tensor) -> torch.Tensor:
    norms: torch.Tensor = torch.linalg.vector_norm(images, dim=(1, 2, 3), keepdim=True)
    return norms


def _each(images: torch.Tensor, function: Callable[[FloatImage], FloatImage]) -> torch.Tensor:
    """Return ``function`` of every picture, which it takes and gives as ``(H, W, 3)``."""
    done = [function(image.permute(1, 2, 0).numpy()) for image in images]
    return torch.from_numpy(np.stack(done)).permute(0, 3, 1, 2).float()


def _through_jpeg(image: FloatImage, *, quality: int) -> FloatImage:
    buffer = io.BytesIO()
    Image.fromarray(to_8_bit(image)).save(buffer, "JPEG", quality=quality)
    return open_photograph(buffer.getvalue(), name="kept.jpg").pixels.astype(np.float32) / np.float32(255)
