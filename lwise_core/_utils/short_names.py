"""What public data sets call classes for short, in their folders and lists, and what that is in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SHORT_NAMES: Mapping[str, str] = MappingProxyType(
    {
        # HAM10000 (Tschandl, Rosendahl and Kittler 2018, table 1) and the challenges of ISIC 2018 and 2019.
        "akiec": "actinic keratosis or Bowen's disease",
        "ak": "actinic keratosis",
        "bcc": "basal cell carcinoma",
        "bkl": "benign keratosis",
        "df": "dermatofibroma",
        "mel": "melanoma",
        "nv": "nevus",
        "scc": "squamous cell carcinoma",
        "vasc": "vascular lesion",
        # LC25000 (Borkowski and others 2019).
        "lungaca": "adenocarcinoma",
        "lungn": "benign lung tissue",
        "lungscc": "squamous cell carcinoma",
    }
)
"""Short name as names are compared → the class in words."""
