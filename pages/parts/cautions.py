"""What must be said of a guide wherever it is used."""

from __future__ import annotations

from lwise_core.guide import GuideModel
from pages.parts.notices import notice


def cautions(guide: GuideModel) -> None:
    """Say what the card of ``guide`` wants said, and whether its gradients can mean anything to people."""
    if guide.provenance.caution:
        notice("caution", guide.provenance.caution)
    if guide.provenance.training_epsilon is None:
        notice(
            "caution",
            "Nothing is known of how this guide was trained. Only the gradients of a robust network look like what "
            "people see: an ordinary one says nothing of people, and what it paints may be noise.",
        )
    if guide.provenance.training_epsilon == 0:
        notice(
            "caution",
            "This guide was trained without attacks, to be compared with robust ones: its gradients do not look like "
            "what people see, and what it paints helps nobody.",
        )
