"""Who gives a second opinion: a guide that learnt for itself and knows the class."""

from __future__ import annotations

from collections.abc import Iterable

from lwise_core._utils.class_names import has_class
from lwise_core.guides import catalog
from lwise_core.guides.catalog import GuideEntry, GuideStatus
from lwise_core.guides.fitness import Fit
from lwise_core.guides.guide import GuideModel


def independent_entry(entries: Iterable[GuideEntry], guide: GuideModel, *, class_name: str) -> GuideEntry | None:
    """Return the first of ``entries`` that is independent of ``guide`` and knows the class; None where none is.

    A guide that is unfit judges nothing, and one that was tuned from the other, or with it from a third, repeats what
    both learnt. Cards are asked, not networks: nothing is loaded.
    """
    ready = [(e, e.card) for e in entries if e.state is GuideStatus.READY and e.card is not None]
    own = next((card for _, card in ready if card.weights.sha256 == guide.provenance.weights_sha256), None)
    kin = own.lineage if own is not None else {guide.provenance.weights_sha256}
    for entry, card in ready:
        fit = catalog.fitness_of_entry(entry).state is not Fit.UNFIT
        if fit and has_class(card.classes, class_name) and not kin & card.lineage:
            return entry
    return None


def second_guide(guide: GuideModel, *, class_name: str) -> GuideModel | None:
    """Return an independent guide of the catalogue that knows the class, None where there is none.

    Raises:
        GuideUnavailable: It cannot be loaded.
    """
    entry = independent_entry(catalog.entries(), guide, class_name=class_name)
    return None if entry is None else catalog.load(entry.name)
