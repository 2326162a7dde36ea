from __future__ import annotations

import base64

import numpy as np
import pytest

from lwise_core.images.codec import open_photograph
from pages.parts.picture.viewer import Layer


@pytest.mark.parametrize("count", [1, 3])
def test_a_layer_travels_as_one_picture_with_its_maps_below_one_another(count: int) -> None:
    maps = np.full((count, 8, 8, 4), 255, dtype=np.uint8)
    maps[..., 0] = 10 * np.arange(1, count + 1)[:, None, None]
    sent = Layer("Support", "Orange: here.", maps).sent
    assert (sent["name"], sent["caption"], sent["count"]) == ("Support", "Orange: here.", count)
    picture = open_photograph(base64.b64decode(str(sent["png"])), name="layer.png").pixels
    assert picture.shape == (8 * count, 8, 3)
    assert np.array_equal(picture, maps.reshape(-1, 8, 4)[..., :3])


def test_the_map_of_changes_is_made_in_the_browser() -> None:
    assert Layer("Perturbation", "Orange: lighter.").sent["png"] is None
