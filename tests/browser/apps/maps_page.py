"""Two rows of maps of 4 px, each pixel its own number, as Inspect shows them."""

from __future__ import annotations

import numpy as np

from lwise_core.images.map_picture import HeatmapPicture, Scale
from pages.parts.ui.linked_maps import linked_maps

SCALE = Scale.signed(16, unit="logit")
ramp = np.arange(16, dtype=np.float32).reshape(4, 4)
for key, sign in (("up", 1), ("down", -1)):
    rows = {"one": sign * ramp, "two": 2 * sign * ramp}
    maps = {name: HeatmapPicture(values, alt=name, scale=SCALE) for name, values in rows.items()}
    linked_maps(maps, key=key)
