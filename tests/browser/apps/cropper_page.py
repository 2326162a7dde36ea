"""A page with nothing but the cropper: it shows the square that it holds, how often it ran, and can move the square."""

from __future__ import annotations

import io

import numpy as np
import streamlit as st
from PIL import Image

from lwise_core.images.geometry import Crop
from pages.parts.picture.cropper import cropper

WIDTH, HEIGHT, SMALLEST = 1200, 800, 64


@st.cache_data
def preview() -> bytes:
    ramp = np.linspace(40, 220, 600, dtype=np.uint8)
    picture = np.stack([np.tile(ramp, (400, 1)), np.tile(ramp[:400, None], (1, 600)), np.full((400, 600), 90)], axis=2)
    encoded = io.BytesIO()
    Image.fromarray(picture.astype(np.uint8)).save(encoded, format="JPEG")
    return encoded.getvalue()


st.session_state.setdefault("crop", Crop(left=200, top=0, side=800))
st.session_state["runs"] = st.session_state.get("runs", 0) + 1

if st.button("Good crop"):
    st.session_state["crop"] = Crop(left=600, top=300, side=320)
if st.button("Reset"):
    st.session_state["crop"] = Crop(left=200, top=0, side=800)
st.button("Nothing")
st.session_state["crop"] = cropper(
    preview=preview(),
    photograph_size=(WIDTH, HEIGHT),
    crop=st.session_state["crop"],
    smallest=SMALLEST,
    key="square",
)
held = st.session_state["crop"]
st.text(f"held {held.left} {held.top} {held.side} run {st.session_state['runs']}")
