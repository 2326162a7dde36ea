"""Which pixels may change, as a shell says it: by a box, by evidence or by a mask, and by one of them alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from skimage import data

import lwise_core as lw
from lwise_core._utils.errors import LWiseError
from lwise_core.cli.restriction import Restriction
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import encode_png
from lwise_core.images.geometry import Crop


@pytest.fixture
def subject() -> CroppedPhotograph:
    return CroppedPhotograph(lw.open_image(data.chelsea()[:40, :48]), Crop(left=4, top=0, side=40))


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    pixels = np.zeros((16, 16, 3), dtype=np.uint8)
    pixels[:4] = 255
    (tmp_path / "mask.png").write_bytes(encode_png(pixels))
    return tmp_path / "mask.png"


def test_one_way_at_a_time_says_which_pixels_may_change(
    tiny_guide: GuideModel, subject: CroppedPhotograph, mask: Path
) -> None:
    assert Restriction().within(tiny_guide, subject, target=0) is None
    for chosen, share in (
        (Restriction(only_mask=mask), 0.25),
        (Restriction(only_box="0,0,0.5,0.5"), 0.25),
        (Restriction(only_evidence=0.5), 0.5),
    ):
        within = chosen.within(tiny_guide, subject, target=0)
        assert within is not None
        assert within.share == share


def test_what_is_asked_wrongly_is_refused_in_one_sentence(
    tiny_guide: GuideModel, subject: CroppedPhotograph, mask: Path
) -> None:
    text = mask.with_name("text.png")
    text.write_text("no picture")
    for chosen, sentence in (
        (Restriction(only_mask=mask, only_evidence=0.2), "once"),
        (Restriction(only_mask=mask.with_name("absent.png")), "absent.png"),
        (Restriction(only_mask=text), "text.png"),
        *(
            (Restriction(only_box=text), "LEFT,TOP,RIGHT,BOTTOM between 0 and 1")
            for text in ("0,0,1", "a,b,c,d", "nan,0,1,1", "0,0,1,2", "")
        ),
    ):
        with pytest.raises(LWiseError, match=sentence):
            chosen.within(tiny_guide, subject, target=0)
