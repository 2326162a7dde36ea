"""What arrays hold, where their shape is said in words."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
"""A picture of 8 bits, ``(H, W, 3)`` where nothing else is said."""

FloatImage = npt.NDArray[np.float32]
"""A picture in [0, 1] or a change of one, ``(3, H, W)`` where nothing else is said."""

Plane = npt.NDArray[np.floating]
"""One number a pixel, ``(H, W)``."""

Values = npt.NDArray[np.float64]
"""Numbers of any shape."""

Counts = npt.NDArray[np.int64]
"""Whole numbers of any shape."""
