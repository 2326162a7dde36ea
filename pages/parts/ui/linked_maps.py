"""Maps of one picture side by side that zoom, pan and point together, with those of every other row of the page."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import cast

import numpy as np

from lwise_core._utils.arrays import Plane
from lwise_core.images.map_picture import HeatmapPicture, Scale
from pages.parts.ui.browser_modules import component
from pages.parts.ui.heatmap_picture import chosen_colours, data_url, gradient_of

_LINKED_MAPS = component("lwise_maps", folder="maps")
_STEPS = 32767  # as assets/maps/readings.js has it


def linked_maps(maps: Mapping[str, HeatmapPicture], *, key: str) -> None:
    """Draw ``maps`` in a row, in the colours that the person chose; what is pointed at is read from each of them.

    Args:
        maps: Square maps and pictures of one size, by the names that they are read out with.
        key: Unique key.
    """
    colours = chosen_colours()
    _LINKED_MAPS(key=key, data={"maps": [_sent(name, one.in_colours(colours)) for name, one in maps.items()]})


def _sent(name: str, picture: HeatmapPicture) -> dict[str, object]:
    """Return what the browser gets of one map."""
    scale = picture.scale
    return {
        "name": name,
        "picture": data_url(picture.pixels),
        "alt": picture.alt,
        "caption": picture.caption,
        "side": picture.content.shape[1],
        "bar": scale and {"gradient": gradient_of(scale), "ticks": scale.ticks, "unit": scale.unit},
        "numbers": scale and _numbers(cast("Plane", picture.content), scale),
    }


def _numbers(values: Plane, scale: Scale) -> dict[str, object]:
    """Return ``values`` in 16 bits each, in steps of a 32,767th of the largest."""
    top = float(np.abs(values).max())
    steps = np.rint(values * (_STEPS / top) if top else values).astype("<i2")
    return {"steps": base64.b64encode(steps.tobytes()).decode(), "top": top, "signed": scale.is_signed}
