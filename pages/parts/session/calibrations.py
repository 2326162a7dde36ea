"""Where this session's calibrations lie: beside the guides for whoever looks after them, else with the session."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from lwise_core._utils.temporary_folders import temporary_folder
from lwise_core.guides import catalog
from lwise_core.guides.calibration_store import CalibrationStore
from lwise_core.guides.guide import GuideModel
from pages.parts.session.access import is_teacher


def calibration_store(*, own: bool) -> CalibrationStore:
    """Return where a calibration belongs: of a guide of a visitor's ``own`` it is gone with the session."""
    return CalibrationStore(Path(_folder().name)) if own and not is_teacher() else catalog.here().calibrations


def laid_over(guide: GuideModel) -> GuideModel:
    """Return a guide of the session's own with what was measured of it, where something was."""
    return calibration_store(own=True).laid_over(guide)


@st.cache_resource(scope="session", on_release=lambda folder: folder.cleanup(), show_spinner=False)
def _folder() -> tempfile.TemporaryDirectory[str]:
    return temporary_folder()
