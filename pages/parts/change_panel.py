"""Where it changed: the pictures, signed and absolute maps on fixed scales, the spectrum and the look."""

from __future__ import annotations

import streamlit as st

from lwise_core.geometry import to_8_bit
from lwise_core.hallucination import PERIODS
from lwise_core.perturbation import Perturbation, histogram_of, lattices_of, look_of, similarity_map, spectrum_of
from pages.parts.inspection_plots import (
    channel_figures,
    histogram_figure,
    magnitude_figure,
    profile_figure,
    similarity_figure,
    spectrum_figure,
)
from pages.parts.notices import notice
from pages.parts.pictures import picture
from pages.parts.plots import LUMA_SCALE, PERTURBATION_LIMIT, perturbation_figure, show

_MARKED = (2, 4, 8)  # periods of strides and poolings whose places in the spectrum are marked


def change_panel(change: Perturbation) -> None:
    """Draw everything about ``change`` that needs no guide."""
    if change.is_none:
        notice("info", "At this ε nothing was changed, so there is nothing to measure: move ε up.")
        return
    columns = st.columns(4, gap="medium")
    with columns[0]:
        picture(to_8_bit(change.original), alt="Original, as the guide sees it")
        st.caption("Original, as the guide sees it")
    with columns[1]:
        picture(to_8_bit(change.changed), alt="Enhanced")
        st.caption("Enhanced. AI-altered, not for diagnosis")
    with columns[2]:
        show(perturbation_figure(change.luma), key="inspect-luma")
    with columns[3]:
        show(magnitude_figure(change, limit=2 * PERTURBATION_LIMIT), key="inspect-magnitude")
    _look(change)
    maps, fineness, channels = st.tabs(["Similarity and histogram", "Spectrum and lattices", "Red, green, blue"])
    with maps:
        left, right = st.columns(2, gap="medium")
        with left:
            show(similarity_figure(similarity_map(change)), key="inspect-ssim")
        with right:
            show(histogram_figure(histogram_of(change)), key="inspect-histogram")
    with fineness:
        _spectrum(change)
    with channels:
        for i, (column, plot) in enumerate(
            zip(st.columns(3, gap="medium"), channel_figures(change, scale=LUMA_SCALE), strict=True)
        ):
            with column:
                show(plot, key=f"inspect-channel-{i}")


def _look(change: Perturbation) -> None:
    look = look_of(change)
    columns = st.columns(4)
    columns[0].metric("RMS", f"{look.rms:.1f} of 255", help="Root mean square of the change over all channels.")
    columns[1].metric(
        "Colour, ΔE2000",
        f"{look.delta_e:.1f}",
        f"5% above {look.delta_e_95:.1f}",
        delta_arrow="off",
        delta_color="off",
        help="Median difference in colour (CIEDE2000). About 1 can just be seen side by side.",
    )
    columns[2].metric(
        "Similarity, SSIM",
        f"{look.ssim:.3f}",
        f"5% below {look.ssim_5:.3f}",
        delta_arrow="off",
        delta_color="off",
        help="Mean structural similarity, 1 being the same (Wang et al. 2004).",
    )
    columns[3].metric(
        "Newly saturated",
        f"{look.saturated:.1%}",
        help="Pixels that are at 0 or 255 in some channel and were not in the original.",
    )


def _spectrum(change: Perturbation) -> None:
    spectrum = spectrum_of(change)
    columns = st.columns(2, gap="medium")
    with columns[0]:
        show(spectrum_figure(spectrum, periods=_MARKED), key="inspect-spectrum")
    with columns[1]:
        show(profile_figure(spectrum), key="inspect-profile")
        rows = [
            {
                "Pattern every": f"{x.period} px",
                "Peak": f"{x.peak_db:.1f} dB above its ring",
                "95% of chance": f"{x.null_db:.1f} dB",
                "p": f"{x.p:.3f}",
            }
            for x in lattices_of(spectrum, periods=PERIODS)
        ]
        st.dataframe(rows, hide_index=True, width="stretch")
        st.caption(
            "Networks with strides or patches can leave patterns that repeat every few pixels. Chance: as many "
            "frequencies drawn at random 999 times from those on no lattice."
        )
