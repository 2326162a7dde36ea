"""Where things stand in the Studio: the picture, wide, and beside it how hard it is and what can be chosen."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


@dataclass(frozen=True, eq=False)
class StudioScreen:
    """The places of the page, which are filled in another order than they are read in.

    On a narrow screen assets/style.css puts what stands beside the picture below its slider, before the figures and
    files that follow it, and above the picture what it shows, while nobody has said that: it knows them by the keys
    here, in pages/studio.py and in pages/parts/picture/ground_truth.py.
    """

    picture: DeltaGenerator
    question: DeltaGenerator
    difficulty: DeltaGenerator
    choices: DeltaGenerator
    guide: DeltaGenerator
    photograph: DeltaGenerator
    figures: DeltaGenerator

    @classmethod
    def drawn(cls) -> StudioScreen:
        """Draw the places, empty."""
        with st.container(key="studio-screen"):
            left, right = st.columns([2, 1], gap="large")
        with right:
            return cls(left, st.container(key="studio-question"), *(st.container() for _ in range(5)))
