"""Small pictures, as a guide sees them: every pixel a square, none of them smoothed away."""

from __future__ import annotations

import numpy as np
import streamlit as st

from lwise_core._utils.arrays import Pixels
from lwise_core.images.codec import encode_png
from lwise_core.images.heatmaps import enlarged

_SIDE = 320


def picture(pixels: Pixels, *, alt: str) -> None:
    """Draw ``pixels`` ``(3, H, W)`` uint8, enlarged by a whole number to about 320 px."""
    large = np.ascontiguousarray(enlarged(pixels.transpose(1, 2, 0), side=_SIDE))
    st.image(encode_png(large), alt=alt, width="stretch")
