"""What must be said of a guide wherever it is used."""

from __future__ import annotations

from lwise_core.guide import GuideModel
from pages.parts.notices import notice


def cautions(guide: GuideModel) -> None:
    """Say what the card of ``guide`` wants said, and whether its gradients can mean anything to people."""
    for sentence in guide.cautions:
        notice("caution", sentence)
