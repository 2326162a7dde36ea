"""Where it changed: the pictures, signed and absolute maps on fixed scales, the spectrum and the look."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lwise_core._utils.arrays import FloatImage, Pixels, Plane
from lwise_core.enhancement.path import EnhancementPath
from lwise_core.images.geometry import to_8_bit
from lwise_core.images.map_picture import HeatmapPicture
from lwise_core.inspection.examine import perturbation_at
from lwise_core.inspection.folding import FOLDED, FoldedPattern, folds_of
from lwise_core.inspection.map_pictures import (
    MARKED_PERIODS,
    channel_pictures,
    magnitude_picture,
    perturbation_picture,
    similarity_picture,
    spectrum_picture,
)
from lwise_core.inspection.perturbation import (
    Lattice,
    PerceptualDifference,
    Perturbation,
    Spectrum,
    histogram_of,
    lattices_of,
    perceptual_difference_of,
    similarity_map,
    spectrum_of,
)
from lwise_core.inspection.wording import folded_row, lattice_row, look_of
from pages.parts.inspect.plots import histogram_figure, profile_figure
from pages.parts.session.jobs import remembered
from pages.parts.session.paths import Key
from pages.parts.ui.heatmap_picture import show_pictures
from pages.parts.ui.linked_maps import linked_maps
from pages.parts.ui.notices import notice
from pages.parts.ui.plots import show

_LOOK_HELP = {
    "RMS": "Root mean square of the change over all channels.",
    "Colour, median ΔE2000": "Median difference in colour (CIEDE2000). About 1 can just be seen side by side.",
    "Similarity, SSIM": "Mean structural similarity, 1 being the same (Wang et al. 2004).",
    "Newly black, white or pure": "Pixels that are at 0 or 255 in some channel and were not in the original.",
}


_PARTS = ("Similarity and histogram", "Spectrum and lattices", "Red, green, blue")


@dataclass(frozen=True, eq=False)
class _Measured:
    """One change, and how it looks."""

    change: Perturbation
    look: PerceptualDifference
    similarity: Plane

    @classmethod
    def at(cls, path: EnhancementPath, epsilon: float) -> _Measured:
        change = perturbation_at(path, epsilon=epsilon)
        return cls(change, perceptual_difference_of(change), similarity_map(change))


@dataclass(frozen=True, eq=False)
class _Repeated:
    """How fine one change is, and what of it repeats."""

    spectrum: Spectrum
    lattices: tuple[Lattice, ...]
    folds: tuple[FoldedPattern, ...]

    @classmethod
    def of(cls, change: Perturbation) -> _Repeated:
        spectrum = spectrum_of(change)
        return cls(spectrum, lattices_of(spectrum, periods=FOLDED), folds_of(change))


def change_panel(key: Key, path: EnhancementPath, *, epsilon: float, caption: str) -> None:
    """Draw everything about the change at ``epsilon`` that needs no guide; ``caption`` stands below what it made.

    What is not open is neither computed nor drawn.
    """
    measured = remembered("change", (key, epsilon), lambda: _Measured.at(path, epsilon))
    change = measured.change
    if change.is_none:
        notice("info", "At this ε nothing was changed, so there is nothing to measure: move ε up.")
        return
    words = "Original, as the guide sees it"
    linked_maps(
        {
            "original": HeatmapPicture(_upright(change.original), alt=words, caption=words),
            "enhanced": HeatmapPicture(_upright(change.changed), alt=caption, caption=caption),
            "luma": perturbation_picture(change.luma),
            "size": magnitude_picture(change),
        },
        key="change-maps",
    )
    _look(measured.look)
    maps, fineness, channels = st.tabs(list(_PARTS), key="change-part", on_change="rerun")
    if maps.open:
        with maps:
            _similarity(measured)
    if fineness.open:
        with fineness:
            _spectrum(remembered("repeated", (key, epsilon), lambda: _Repeated.of(change)))
    if channels.open:
        with channels:
            show_pictures(channel_pictures(change))


def _upright(image: FloatImage) -> Pixels:
    return to_8_bit(image).transpose(1, 2, 0)


def _look(look: PerceptualDifference) -> None:
    for column, (name, figure, beside) in zip(st.columns(4), look_of(look), strict=True):
        column.metric(name, figure, help=_LOOK_HELP[name])
        if beside:
            column.caption(f"{beside}.")  # a metric's own second line is cut off where it is narrow


def _similarity(measured: _Measured) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        show_pictures([similarity_picture(measured.similarity)])
    with right:
        show(histogram_figure(histogram_of(measured.change)), key="inspect-histogram")


def _spectrum(measured: _Repeated) -> None:
    columns = st.columns(2, gap="medium")
    with columns[0]:
        show_pictures([spectrum_picture(measured.spectrum, periods=MARKED_PERIODS)])
    with columns[1]:
        show(profile_figure(measured.spectrum), key="inspect-profile")
        rows = [lattice_row(lattice) for lattice in measured.lattices]
        st.dataframe(rows, hide_index=True, width="stretch", alt="Patterns that repeat every few pixels")
        st.caption(
            "Networks with strides or patches can leave patterns that repeat every few pixels. Chance: as many "
            "frequencies drawn at random 999 times from those on no lattice."
        )
        if measured.folds:
            st.dataframe(
                [folded_row(found) for found in measured.folds],
                hide_index=True,
                width="stretch",
                alt="Repeated patterns, found by folding",
            )
            st.caption(
                "The same by folding: the change laid upon itself in tiles, which finds coarse patterns too. Chance: "
                "every tile turned round at random, 99 times. The light about artefacts asks how much of the whole "
                "change repeats so."
            )
