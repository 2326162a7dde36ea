"""How much a page may say of itself: Streamlit keeps the last of it with the session, and counts it in no budget.

A message of a page lists its widgets with their values, and what its browser keeps of what it was sent. Its bytes are
bounded (``server.maxWidgetStateSize``); here what it makes of the server's memory is: half a million widgets without a
value, or as many hashes, take a few megabytes on the way and hundreds here.
"""

from __future__ import annotations

from collections import Counter

from streamlit.proto.ClientState_pb2 import ClientState

MOST_WIDGETS = 5_000
"""Widgets of one page: the fullest of these pages has some hundreds."""

MOST_LISTED = 10_000
"""Messages that a browser says it keeps of a page."""

LONGEST_JSON = 256 * 2**10
"""Bytes of what one component tells: a painted region of the largest guide takes 175,000."""

ALWAYS = 64 * 2**10
"""Bytes of a message for which there is always room, so that nobody keeps others from using their pages."""

MOST_KEPT = 256 * 2**20
"""Bytes that all pages together may take by messages that are longer."""

KEPT_SECONDS = 120.0
"""How long a page that was closed is kept with what it said last: as long as Streamlit waits for it to come back."""

_OF_JSON = 20  # bytes that a list of nothings takes for each byte of its text
_LONGEST_HASH = 64


def is_within_bounds(state: ClientState) -> bool:
    """Return whether a page of this server can be in this ``state``."""
    return (
        len(state.widget_states.widgets) <= MOST_WIDGETS
        and len(state.cached_message_hashes) <= MOST_LISTED
        and all(len(listed) <= _LONGEST_HASH for listed in state.cached_message_hashes)
        and all(size <= LONGEST_JSON for size in _json_sizes(state))
    )


def kept_of(state: ClientState) -> int:
    """Return about how many bytes this server keeps of a page in this ``state``."""
    return int(state.ByteSize()) + _OF_JSON * sum(_json_sizes(state))


def _json_sizes(state: ClientState) -> list[int]:
    return [len(w.json_value) + len(w.json_trigger_value) for w in state.widget_states.widgets]


class SaidByPages:
    """What pages said last, in bytes, for as long as it is kept."""

    def __init__(self) -> None:
        self._kept: Counter[object] = Counter()

    def takes(self, page: object, size: int) -> bool:
        """Count ``size`` for what ``page`` says now, in the place of what it said before; False where it is too much.

        What is short is taken however much there is.
        """
        if size > ALWAYS and self._kept.total() - self._kept[page] + size > MOST_KEPT:
            return False
        self._kept[page] = size
        return True

    def forget(self, page: object) -> None:
        """Count nothing for ``page`` any more."""
        del self._kept[page]
