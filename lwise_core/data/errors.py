"""The error of everything that reads labelled pictures."""

from __future__ import annotations

from lwise_core._utils.errors import LWiseError


class DatasetError(LWiseError):
    """A data set that cannot be used. The message is one sentence: what is wrong, and what to do."""
