"""How long what is asked for will take, said before it is asked for."""

from __future__ import annotations

from lwise_core.enhancement.pace import seconds_a_step
from lwise_core.guides.guide import GuideModel
from pages.parts.session.guide_engines import engine_for
from pages.parts.session.jobs import remembered


def pace_of(guide: GuideModel) -> float:
    """Return about how many seconds one step of a path of ``guide`` takes here now, measured once."""
    walker = engine_for(guide).walker()
    return remembered("pace", (guide.provenance.sha256, walker.precision), lambda: seconds_a_step(walker))
