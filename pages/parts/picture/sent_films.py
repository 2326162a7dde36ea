"""What a viewer was sent of its films, and what it need not be sent again.

While the viewer's script is on its way, Streamlit loses all but the last of several messages, or tells them in any
order: so a film is sent whole at first, and messages are numbered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import uuid4

from lwise_core.enhancement.viewer_payload import ViewerPayload

_FILMS_KEPT = 2  # as assets/viewer/film.js keeps them
WHOLE_FOR_S = 1.5  # after its first message; by then the script of the viewer is there


@dataclass(frozen=True)
class Sent:
    """What was sent of a film since ``began`` (s): its first ``frames``, and ``coarse`` iterates of the coarse path."""

    began: float
    frames: int = 0
    coarse: int = 0


@dataclass(frozen=True)
class Heard:
    """What this viewer was sent and what it said last.

    Its messages have an ``origin`` and a number, that of the last is ``message``, and ``digest`` that of what it said.
    ``sent`` says what went by the film's id, the latest film last. ``step`` is the position that the person chose until
    the page has taken it, ``revision`` the number of what it said then.
    """

    origin: str = field(default_factory=lambda: uuid4().hex)
    message: int = 0
    digest: str = ""
    sent: Mapping[str, Sent] = field(default_factory=dict)
    revision: int = 0
    step: int | None = None

    def known(self, film: ViewerPayload, *, now: float) -> Sent:
        """Return what the browser need not be sent of ``film`` at ``now`` (s)."""
        sent = self.sent.get(film.id, Sent(now))
        if now - sent.began < WHOLE_FOR_S:
            return Sent(sent.began)
        coarse = sent.coarse if list(self.sent)[-1:] == [film.id] else 0
        return Sent(sent.began, min(sent.frames, film.length), min(coarse, film.coarse_length))

    def having_sent(self, film: ViewerPayload, *, began: float) -> Heard:
        others = [(known, sent) for known, sent in self.sent.items() if known != film.id]
        latest = (film.id, Sent(began, film.length, film.coarse_length))
        return replace(self, sent=dict([*others, latest][-_FILMS_KEPT:]))

    def having_said(self, body: bytes) -> Heard:
        """Return it with a new number for ``body``, or with the old one for the same, which Streamlit need not send."""
        digest = hashlib.sha256(body).hexdigest()
        return self if digest == self.digest else replace(self, message=self.message + 1, digest=digest)
