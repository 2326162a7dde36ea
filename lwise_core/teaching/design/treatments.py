"""What may alter a picture where no guide does: the paper's control filters, and somebody who edits by hand."""

from __future__ import annotations

from enum import StrEnum


class Treatment(StrEnum):
    """What altered a picture; the values are what files of answers say.

    The filters are :mod:`lwise_core.images.control_filters`; ``EXPERT`` is what somebody made of the original.
    """

    EXPERT = "expert"
    CLAHE = "CLAHE"
    MSRCR = "MSRCR"
    LEVELS = "automatic levels"
