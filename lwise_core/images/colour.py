"""Any decoded image → 8-bit sRGB, with a sentence on everything that had to be decided on the way.

Scales are fixed by the format, never by the picture: 16 bits are divided by 257, floats count from 0 to 1, and where a
format states no white (signed or 32-bit integers) the picture is refused instead of guessed.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageCms, TiffImagePlugin

from lwise_core.images.file_checks import Refusal

_LARGEST_PROFILE = 4_000_000  # bytes; profiles of printing presses have two to three million
_UNNOTICEABLE = 2  # grey levels: a profile that moves no colour further than this is sRGB by another name
_DEEP = 16  # bits, in which cameras of 10, 12 or 14 bits store theirs
_SELDOM_DARKER = 2**14 / 2**16
_WHITE_IS_ZERO = 0  # the TIFF tag PhotometricInterpretation

_BY_FORMULA = "Its CMYK inks were converted to sRGB by a plain formula, without a colour profile: hues may be off."
_IGNORED_PROFILE = "Its colour profile cannot be used and was ignored, so colours may be slightly off."


@dataclass(frozen=True)
class Samples:
    """How the file stores its values, which a decoded image does not tell any more.

    ``bits`` a channel; ``white_is_zero`` for negatives (TIFF), which Pillow inverts at 8 bits and below only.
    """

    bits: int
    white_is_zero: bool

    @classmethod
    def of(cls, image: Image.Image) -> Samples:
        """Read them from an image that is opened but not loaded yet."""
        tags = image.tag_v2 if isinstance(image, TiffImagePlugin.TiffImageFile) else {}
        white_is_zero = tags.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == _WHITE_IS_ZERO
        return cls(bits=_bits(image), white_is_zero=white_is_zero)

    @property
    def largest(self) -> int:
        """The largest value that these bits can hold."""
        return int(2**self.bits - 1)


def _bits(image: Image.Image) -> int:
    """Return the bits a channel from Pillow's name of the raw layout, such as “RGB;16B” or “L;4”; 8 where none."""
    if image.format not in ("PNG", "TIFF"):
        return 8  # for others a number after the semicolon counts all channels together
    if image.mode in ("1", "I", "F"):
        return {"1": 1, "I": 32, "F": 32}[image.mode]
    arguments = image.tile[0].args if getattr(image, "tile", None) else ""  # type: ignore[attr-defined]
    layout = arguments if isinstance(arguments, str) else str((arguments or ("",))[0])
    digits = "".join(c for c in layout.partition(";")[2] if c.isdigit())
    return int(digits) if digits in ("1", "2", "4", "12", "16") else 8


def to_srgb(image: Image.Image, samples: Samples) -> tuple[Image.Image, tuple[str, ...]]:
    """Return ``image`` as an RGB image in sRGB, and one sentence for each conversion.

    Args:
        image: A loaded image of any mode; it may be changed, and may be the result.
        samples: How its file stored the values.

    Raises:
        Refusal: The scale of its values is not known.
        OSError, ValueError, ImageCms.PyCMSError: Pillow cannot convert it.
    """
    eight_bit, on_bits = _to_eight_bits(image, samples)
    opaque, alpha = _without_alpha(eight_bit)
    coloured, on_colour = _to_rgb(opaque, image.info.get("icc_profile", b""))
    result, on_alpha = _over_white(coloured, alpha)
    return result, (*on_bits, *_on_grey(image), *on_colour, *on_alpha)


def _to_eight_bits(image: Image.Image, samples: Samples) -> tuple[Image.Image, tuple[str, ...]]:
    if image.mode == "F":
        return _from_floats(image, samples), ("Its floating-point values, 0 to 1, were scaled to 0–255.",)
    if image.mode == "I":
        raise Refusal(
            "holds signed or 32-bit integers, for which no value is agreed to be white; export it with 8 or 16 bits "
            "a channel and choose that."
        )
    if image.mode.startswith("I;16"):
        return _from_deep_grey(image, samples), (_on_depth(samples), *_on_unused_bits(image, samples))
    _rescale_transparent_colour(image, samples)
    return image, (_on_depth(samples), *_on_unused_bits(image, samples)) if samples.bits > 8 else ()


def _on_depth(samples: Samples) -> str:
    return f"Its {samples.bits} bits a channel were scaled to 8."


def _on_unused_bits(image: Image.Image, samples: Samples) -> tuple[str, ...]:
    """Say so where 16 bits hold what may be the 10 to 14 bits of a camera: the picture is dark by its container."""
    if samples.bits != _DEEP or samples.white_is_zero:
        return ()
    grey = image.mode.startswith("I;16")
    largest = int(np.asarray(image if grey else image.convert("RGB")).max())
    share = largest / samples.largest if grey else (largest + 1) / 2**8  # Pillow keeps 8 of the bits of colours
    if share > _SELDOM_DARKER or largest == 0:
        return ()
    return (
        f"Its values reach {share:.0%} of what 16 bits hold; if it was taken with fewer bits, it looks darker than it "
        "is: export it with its white at the top, and choose that.",
    )


def _from_floats(image: Image.Image, samples: Samples) -> Image.Image:
    values = np.asarray(image)
    if not (values.min() >= 0 and values.max() <= 1):  # which NaN is not either
        raise Refusal(
            "holds floating-point values outside 0 to 1, so that its white is not known; export it with 8 or 16 bits "
            "a channel and choose that."
        )
    values = 1 - values if samples.white_is_zero else values
    return Image.fromarray(np.rint(values * 255).astype(np.uint8))


def _from_deep_grey(image: Image.Image, samples: Samples) -> Image.Image:
    """Return 12- or 16-bit grey as “L”, or as “LA” where the file names one value as transparent."""
    values = np.asarray(image).astype(np.uint32)
    transparent = image.info.get("transparency")
    seen = samples.largest - values if samples.white_is_zero else values
    grey = Image.fromarray(((seen * 255 + samples.largest // 2) // samples.largest).clip(0, 255).astype(np.uint8))
    if isinstance(transparent, int):
        alpha = Image.fromarray(np.where(values == transparent, 0, 255).astype(np.uint8))
        return Image.merge("LA", (grey, alpha))
    return grey


def _rescale_transparent_colour(image: Image.Image, samples: Samples) -> None:
    """PNG names its transparent colour in the file's own depth; Pillow compares it with 8-bit values."""
    transparent = image.info.get("transparency")
    if image.mode == "L" and isinstance(transparent, int) and samples.bits < 8:
        image.info["transparency"] = transparent * 255 // samples.largest
    if image.mode == "RGB" and isinstance(transparent, tuple) and samples.bits == 16:
        image.info["transparency"] = tuple(c >> 8 for c in transparent)


def _without_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return the colours in mode L, RGB, CMYK, LAB or YCbCr, and the opacity in mode L, None where all is opaque."""
    if image.has_transparency_data:
        is_grey = image.mode in ("1", "L", "LA", "La")
        layered = image.convert("LA" if is_grey else "RGBA")
        alpha = layered.getchannel("A")
        colours = layered.convert("L" if is_grey else "RGB")
        return colours, alpha if alpha.getextrema() != (255, 255) else None
    if image.mode in ("L", "RGB", "CMYK", "LAB", "YCbCr"):
        return image, None
    return image.convert("L" if image.mode == "1" else "RGB"), None


def _to_rgb(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, tuple[str, ...]]:
    if image.mode == "LAB":
        return image.convert("RGB"), ("Its CIELAB colours were converted to sRGB.",)
    if image.mode == "YCbCr":
        return image.convert("RGB"), ("Its YCbCr colours were converted to RGB.",)
    ignored = (_IGNORED_PROFILE,) if profile is None else ()  # None: there is one that Pillow could not unpack
    if profile:
        try:
            return _by_profile(image, profile)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            ignored = (_IGNORED_PROFILE,)
    if image.mode == "RGB":
        return image, ignored
    return image.convert("RGB"), (*ignored, *((_BY_FORMULA,) if image.mode == "CMYK" else ()))


def _by_profile(image: Image.Image, profile: bytes) -> tuple[Image.Image, tuple[str, ...]]:
    """Convert by the embedded ICC profile; leave the values alone where it means sRGB.

    Raises:
        ImageCms.PyCMSError, OSError, ValueError: The profile is broken, too large or meant for other channels.
    """
    if len(profile) > _LARGEST_PROFILE:
        raise ValueError("The profile is too large.")
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    space = source.profile.xcolor_space.strip()
    if image.mode == "L" and space == "RGB":
        image = image.convert("RGB")
    if image.mode == "RGB" and space == "GRAY" and _is_grey(image):
        image = image.convert("L")
    transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), image.mode, "RGB")
    if image.mode != "CMYK" and _changes_nothing(transform, mode=image.mode):
        return image if image.mode == "RGB" else image.convert("RGB"), ()
    inks = "CMYK inks" if image.mode == "CMYK" else "colours"
    return transform.apply(image), (f"Its {inks} were converted to sRGB by the embedded colour profile.",)


def _is_grey(image: Image.Image) -> bool:
    red, green, blue = image.split()
    return red.tobytes() == green.tobytes() == blue.tobytes()


def _changes_nothing(transform: ImageCms.ImageCmsTransform, *, mode: str) -> bool:
    """Whether ``transform`` leaves a grid over all colours where it is."""
    ramp = np.linspace(0, 255, 17).astype(np.uint8)
    grid = np.stack(np.meshgrid(ramp, ramp, ramp), axis=-1).reshape(17, -1, 3) if mode == "RGB" else ramp[None]
    probe = Image.fromarray(np.ascontiguousarray(grid))
    moved = np.asarray(transform.apply(probe)).astype(int) - np.asarray(probe.convert("RGB"))
    return bool(np.abs(moved).max() <= _UNNOTICEABLE)


def _over_white(image: Image.Image, alpha: Image.Image | None) -> tuple[Image.Image, tuple[str, ...]]:
    if alpha is None:
        return image, ()
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(image, mask=alpha)
    return canvas, ("Its transparent parts were laid over white.",)


def _on_grey(image: Image.Image) -> tuple[str, ...]:
    if image.mode == "1":
        return ("It is black and white only, 1 bit a pixel.",)
    if image.mode in ("L", "LA", "La", "F") or image.mode.startswith("I;16"):
        return ("It is greyscale, so red, green and blue are equal.",)
    return ()
