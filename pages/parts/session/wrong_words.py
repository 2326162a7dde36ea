"""Wrong words, counted for the whole server: whoever guesses waits longer after each, in whichever session."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import cache

_FREE = 3  # wrong words that cost nothing: people mistype
_LONGEST = 600.0  # seconds
_DOUBLED = 10  # times, which reaches the longest; a float would not hold what a thousand times are


class WrongWords:
    """How many wrong words there were in a row, and how long the next one has to wait.

    The first ones are free; then the wait is 1, 2, 4, … seconds, ten minutes at most. ``now`` gives seconds that never
    go back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.count = 0
        self._now = now
        self._until = 0.0
        self._changing = threading.Lock()

    def seconds_to_wait(self) -> float:
        """Return the seconds until the next word is looked at, 0 or less when it is at once."""
        return self._until - self._now()

    def take_turn(self) -> float:
        """Count a word as wrong before it is looked at, and return 0; where it has to wait, return how many seconds.

        Of words that are said at once each counts, so that none is looked at for nothing; a right one is forgotten.
        """
        with self._changing:
            if (wait := self.seconds_to_wait()) > 0:
                return wait
            self.count += 1
            if self.count >= _FREE:
                self._until = self._now() + min(2.0 ** min(self.count - _FREE, _DOUBLED), _LONGEST)
            return 0.0

    def forget(self) -> None:
        """Begin anew, since the right word was said."""
        with self._changing:
            self.count, self._until = 0, 0.0


@cache
def wrong_words() -> WrongWords:
    """Return the one count of this server: no cache of Streamlit's, which any visitor may clear."""
    return WrongWords()
