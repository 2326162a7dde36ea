"""DICOM files: the pixels of their first frame as 8-bit grey or colour, and no other tag.

Stands on pydicom, which is optional. Grey values are shown in the window that the file names (DICOM PS3.3,
C.11.2.1.2); where it names none, the whole range that its bits can hold is shown, for a scale that followed the
picture would show each one differently.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydicom import Dataset
from pydicom.filereader import read_partial
from pydicom.multival import MultiValue
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi
from pydicom.pixels.utils import pixel_array
from pydicom.tag import Tag

from lwise_core._utils.arrays import Pixels
from lwise_core.images.file_checks import Overloaded, Refusal, check_size

_OTHER_TAGS = ("PixelData", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "NumberOfFrames")
_MOST_ELEMENTS = 65_536  # of one file; scanners write some hundreds
_DEFLATED = b"1.2.840.10008.1.2.1.99"  # unpacked whole before anything can be counted
_GREY = ("MONOCHROME1", "MONOCHROME2")

Values = npt.NDArray[Any]


@dataclass(frozen=True)
class _Window:
    """Which values are shown from black to white: the middle, the width, and the function between (PS3.3)."""

    centre: float
    width: float
    function: str

    @classmethod
    def of(cls, holder: Dataset) -> _Window | None:
        """Return the first window that ``holder`` names; None where it names none, or one that is none."""
        centre, width = (_first(holder.get(name)) for name in ("WindowCenter", "WindowWidth"))
        function = str(holder.get("VOILUTFunction", "LINEAR"))
        if centre is None or width is None or not (isfinite(centre) and isfinite(width)):
            return None
        if not width >= (1 if function == "LINEAR" else np.finfo(float).tiny):
            return None
        return cls(float(centre), float(width), function)

    def shown(self, values: Values) -> Values:
        """Return ``values`` as shares of white, 0 to 1."""
        if self.function == "SIGMOID":
            return np.asarray(1 / (1 + np.exp((-4 * (values - self.centre) / self.width).clip(-80, 80))))
        if self.function == "LINEAR_EXACT":
            return np.asarray((values - self.centre) / self.width + 0.5)
        return np.asarray((values - (self.centre - 0.5)) / max(self.width - 1, 1e-6) + 0.5)


class _Counter:
    """Asked at each element whether to stop reading: there are only so many."""

    def __init__(self) -> None:
        self._left = _MOST_ELEMENTS

    def __call__(self, *_element: object) -> bool:
        self._left -= 1
        if self._left < 0:
            raise Overloaded("Too many elements.")
        return False


def first_frame(data: bytes) -> tuple[Image.Image, tuple[str, ...]]:
    """Return the first frame of the DICOM file ``data``, in mode L or RGB, and one sentence for each decision.

    Raises:
        Refusal: It holds no picture, one of a size that is not accepted, or one that is compressed in a rare way.
        Overloaded: It has more elements than a picture needs.
        Exception: It is damaged; pydicom's documents close no list of what it raises then.
    """
    dataset = _read(data)
    check_size(int(dataset.Columns), int(dataset.Rows))
    values = _decoded(dataset)
    frames = int(dataset.get("NumberOfFrames") or 1)
    on_frames = ("Only the first of its frames is used.",) if frames > 1 else ()
    if str(dataset.PhotometricInterpretation) in _GREY:
        pixels, on_scale = _grey(values, dataset)
        return Image.fromarray(pixels), (*on_frames, on_scale)
    image = Image.fromarray(_colour(values, dataset))
    if profile := dataset.get("ICCProfile"):
        image.info["icc_profile"] = bytes(profile)
    return image, on_frames


def _read(data: bytes) -> Dataset:
    """Return the elements of ``data`` that tell how its pixels are to be shown, and the pixels; no others are kept."""
    if _DEFLATED in data:
        raise Refusal(_rarely_compressed())
    wanted = [Tag(name) for name in _OTHER_TAGS]
    dataset = read_partial(io.BytesIO(data), stop_when=_Counter(), specific_tags=[*wanted, *_tags_of_pictures()])
    if "PixelData" not in dataset:
        raise Refusal("is a DICOM file without a picture; choose one that holds an image.")
    return dataset


def _tags_of_pictures() -> list[Any]:
    """Return the tags of the group 0028 that decoding and display read."""
    names = (
        "SamplesPerPixel PhotometricInterpretation PlanarConfiguration Rows Columns BitsAllocated BitsStored HighBit "
        "PixelRepresentation WindowCenter WindowWidth VOILUTFunction VOILUTSequence ModalityLUTSequence "
        "RescaleSlope RescaleIntercept ICCProfile RedPaletteColorLookupTableDescriptor "
        "GreenPaletteColorLookupTableDescriptor BluePaletteColorLookupTableDescriptor "
        "RedPaletteColorLookupTableData GreenPaletteColorLookupTableData BluePaletteColorLookupTableData "
        "SegmentedRedPaletteColorLookupTableData SegmentedGreenPaletteColorLookupTableData "
        "SegmentedBluePaletteColorLookupTableData ExtendedOffsetTable ExtendedOffsetTableLengths"
    )
    return [Tag(name) for name in names.split()]


def _decoded(dataset: Dataset) -> Values:
    """Return the stored values of the first frame, ``(H, W)`` or ``(H, W, 3)``, colours as RGB or palette indices."""
    try:
        decoder = get_decoder(dataset.file_meta.TransferSyntaxUID)
    except NotImplementedError:
        raise Refusal(_rarely_compressed()) from None
    if not decoder.is_available:
        raise Refusal(_rarely_compressed())
    return pixel_array(dataset, index=0)


def _rarely_compressed() -> str:
    return (
        "is a DICOM file compressed in a way that is not read here; export it as PNG, or without compression, and "
        "choose that."
    )


def _grey(values: Values, dataset: Dataset) -> tuple[Pixels, str]:
    """Return ``values`` ``(H, W)`` as grey, uint8, and what the scale was taken from."""
    shares, on_scale = _shares(values, dataset)
    inverted = 1 - shares if dataset.PhotometricInterpretation == "MONOCHROME1" else shares
    pixels: Pixels = np.rint(np.nan_to_num(inverted).clip(0, 1) * 255).astype(np.uint8)
    return pixels, on_scale


def _shares(values: Values, dataset: Dataset) -> tuple[Values, str]:
    """Return ``values`` as shares of the whole scale, and what that was taken from."""
    window = _Window.of(_frame_group(dataset, "FrameVOILUTSequence"))
    holder = _frame_group(dataset, "PixelValueTransformationSequence")
    if window is not None:
        measured = apply_modality_lut(values, holder).astype(np.float32)
        return window.shown(measured), "Its grey values are shown in the window that the file names."
    if dataset.get("VOILUTSequence"):
        mapped = apply_voi(apply_modality_lut(values, holder), dataset)
        bits = int(dataset.VOILUTSequence[0].LUTDescriptor[2])
        return mapped.astype(np.float32) / (2**bits - 1), "Its grey values are shown by the table in the file."
    bits = int(dataset.BitsStored)
    lowest = -(2 ** (bits - 1)) if dataset.PixelRepresentation else 0
    shares = (values.astype(np.float32) - lowest) / (2**bits - 1)
    return shares, f"It names no window, so that the whole range of its {bits} bits is shown from black to white."


def _frame_group(dataset: Dataset, name: str) -> Dataset:
    """Return what the functional group ``name`` says of the first frame; the file itself where there is none."""
    for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for first in list(dataset.get(groups) or ())[:1]:
            items: list[Dataset] = list(first.get(name) or ())
            if items:
                return items[0]
    return dataset


def _colour(values: Values, dataset: Dataset) -> Pixels:
    """Return ``values`` as RGB, ``(H, W, 3)`` uint8."""
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        colours = apply_color_lut(values, dataset)
        bits = 8 * colours.dtype.itemsize
    else:
        colours, bits = values, int(dataset.BitsStored)
    scaled: Pixels = (colours >> max(bits - 8, 0)).astype(np.uint8)
    return np.ascontiguousarray(scaled)


def _first(value: object) -> float | None:
    """Return the number that ``value`` is, or the first of several; None where there is none."""
    first = next(iter(value), "") if isinstance(value, MultiValue) else value
    return float(str(first)) if str(first or "").strip() or first == 0 else None
