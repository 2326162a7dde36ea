"""A picture of 20 px to paint a region on, two pieces wide, and what the server holds of it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.parts.picture.region_painter import region_painter

SIDE = 20

pieces = np.zeros((SIDE, SIDE), dtype=np.uint16)
pieces[:, SIDE // 2 :] = 1
mask = region_painter(np.full((3, SIDE, SIDE), 90, dtype=np.uint8), pieces=pieces, key="region")
rows, columns = np.nonzero(mask)
box = "" if not len(rows) else f"columns {columns.min()} to {columns.max()} rows {rows.min()} to {rows.max()}"
st.text(f"held {int(mask.sum())} {box}")
