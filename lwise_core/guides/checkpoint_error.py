"""What is said of a weight file that is refused."""

from __future__ import annotations

from lwise_core._utils.errors import LWiseError


class CheckpointError(LWiseError):
    """A weight file that is refused. The message is one sentence: what, why, and what to do.

    ``conversion`` is a short Python program for the owner of the file where one helps, else empty.
    """

    def __init__(self, message: str, *, conversion: str = "") -> None:
        super().__init__(message)
        self.conversion = conversion
