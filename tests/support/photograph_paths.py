"""Photographs and the ε-path of one of them, as a person gets them from the front door."""

from __future__ import annotations

import pytest
from skimage import data

import lwise_core as lw
from lwise_core.guides.guide import GuideModel
from tests.support.cli import CAT, CAT_FILE


@pytest.fixture(scope="module")
def photo() -> lw.Photograph:
    return lw.open_image(CAT_FILE)


@pytest.fixture(scope="module")
def path(bundled_guide: GuideModel, photo: lw.Photograph) -> lw.PhotographPath:
    return lw.enhance(bundled_guide, photo, "House-Cat", crop=CAT.crop)


@pytest.fixture(scope="module")
def tiny_photo() -> lw.Photograph:
    return lw.open_image(data.chelsea()[:40, :48])
