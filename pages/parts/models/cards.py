"""The cards of guide models: what each is, what was measured, what it is not for."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lwise_core.guides.catalog import GuideEntry, Origin, fitness_of_entry
from lwise_core.guides.fitness import Fit
from lwise_core.guides.guide import Domain, EpsilonScale, GuideModel
from lwise_core.guides.model_card import NOT_STATED, Card, CompactArchitecture, FiguresElsewhere, MeasuredShare
from lwise_core.guides.published_weights import Published
from pages.parts.models.calibrate_panel import calibrate_panel
from pages.parts.models.group_classes import use_or_group
from pages.parts.ui.notices import notice, plain

DOMAINS = {
    Domain.NATURAL: "Natural images: animals, objects, scenes",
    Domain.FINE_GRAINED: "Fine-grained: kinds that look alike, such as moths",
    Domain.MEDICAL: "Medical images",
    Domain.UNKNOWN: "Not answered yet: treated as medical",
}
_ORIGINS = {
    Origin.BUNDLED: "Comes with this program",
    Origin.ADDED: "Added on this machine",
    Origin.PUBLISHED: "Published by others, downloaded",
}


def ready_card(entry: GuideEntry) -> None:
    """Draw the card of a guide that can be used. A panel about one guide, whatever it does, is one more call here."""
    st.badge(_ORIGINS[entry.origin], icon=":material/check_circle:", color="green")
    if entry.card is not None:
        fitness = fitness_of_entry(entry)
        if fitness.state is Fit.UNFIT:
            notice("caution", fitness.sentence)
        else:
            st.markdown(plain(fitness.sentence))
        _card(entry.card)
    elif entry.published is not None:
        published_facts(entry.published)
    st.caption(f"SHA-256 of the weights: `{entry.sha256}`")
    use_or_group(entry.name, classes=None if entry.card is None else len(entry.card.classes))
    calibrate_panel(entry.name)


def broken_card(entry: GuideEntry) -> None:
    """Draw what is wrong with a guide that cannot be used."""
    with st.container(border=True):
        st.subheader(plain(entry.name))
        notice("error", f"This guide cannot be used. {entry.reason}")


def session_card(guide: GuideModel) -> None:
    """Draw the card of a guide that was added in this session."""
    st.badge("Added in this session, seen by nobody else", icon=":material/person:", color="blue")
    trained, grouping = guide.provenance.training_epsilon, guide.provenance.grouping
    _facts(
        {
            "Architecture": guide.provenance.architecture,
            "Input": _input(guide.input_size),
            "Classes": f"{len(guide.classes)}, such as {', '.join(guide.classes[:3])}",
            "Groups": "" if grouping is None else f"by “{grouping.name}”, SHA-256 of the mapping {grouping.sha256}",
            "Domain": DOMAINS[guide.domain],
            "ε": epsilon_words(input_size=guide.input_size, domain=guide.domain, trained=trained),
            "Accuracy": "not measured here: judge it on pictures that you know",
        }
    )
    st.caption(f"SHA-256 of the weights: `{guide.provenance.weights_sha256}`")
    use_or_group(guide.name, classes=len(guide.classes) if grouping is None else 0)


def epsilon_words(*, input_size: int, domain: Domain, trained: float | None) -> str:
    """Return the range of ε in the guide's units and at 224 px, and what it was trained for."""
    scale = EpsilonScale.of(input_size=input_size, domain=domain)
    at_largest = scale.grey_levels(scale.largest)
    range_224 = f"ε₂₂₄ 0–{scale.at_224(scale.largest):.3g}"
    words = f"0–{scale.largest:.3g} ({range_224}, up to {at_largest:.1f} of 255 grey levels RMS)"
    if trained is None:
        return f"{words}; training ε not known"
    return f"{words}; trained against changes up to {trained:g}" if trained else f"{words}; trained without attacks"


def published_facts(published: Published) -> None:
    """Draw what is known of a guide that others have published."""
    _facts(
        {
            "Source": published.source,
            "Licence": published.licence,
            "Address": published.address,
            "Architecture": published.architecture or "as the file gives it away",
            "Input": _input(published.input_size),
            "Domain": DOMAINS[published.domain],
            "ε": epsilon_words(
                input_size=published.input_size, domain=published.domain, trained=published.training_epsilon
            ),
            "Note": published.remark,
        }
    )


def _card(card: Card) -> None:
    _facts(
        {
            "Meant for": card.intended_use,
            "Not for": card.not_for,
            "Limits": f"{card.caution} {card.limits}".strip(),
        }
    )
    _measured(card)
    _measured_elsewhere(card)
    _facts(
        {
            "Architecture": _architecture(card),
            "Input": _input(card.input_size),
            "Domain": DOMAINS[card.domain],
            "ε": epsilon_words(input_size=card.input_size, domain=card.domain, trained=card.training_epsilon),
            "Data": card.data,
            "Licence": card.licence,
        }
    )
    _by_class(card)


def _measured_elsewhere(card: Card) -> None:
    """Draw what was measured on collections that the guide did not learn from."""
    if not card.elsewhere:
        st.markdown("**Elsewhere:** not measured on pictures of any collection but its own.")
    for found in card.elsewhere:
        all_of_them, balanced = _words(found.accuracy), _words(found.balanced_accuracy)
        st.markdown(
            f"**Elsewhere, {plain(found.name)}:** "
            f"{plain(f'{all_of_them} of {found.images:,} images; {balanced} as the mean of its classes')}."
        )
        reliability = found.known_reliability()
        if reliability is not None:
            st.markdown(f"**Its probabilities there:** {_calibration(reliability.error)}")
        st.caption(f"{plain(found.data)} Measured by: {plain(found.method)}")


def _words(share: MeasuredShare) -> str:
    low, high = (f"{bound:.1%}" for bound in share.interval_95)
    return f"{share.value:.1%} ({low.removesuffix('%')}–{high})"


def _calibration(error: float) -> str:
    return f"on average {error * 100:.1f} percentage points from how often it is right (expected calibration error)."


def _by_class(card: Card) -> None:
    """Draw the accuracy of each class, at home and elsewhere, and its references."""
    references = card.references.known()
    per_class = card.measured.get("per_class")
    rows = [
        {
            "Class": c,
            "Accuracy (95% interval)": share_words(per_class.get(c)) if isinstance(per_class, Mapping) else "–",
            **{f"Elsewhere: {found.name}": _class_elsewhere(found, c) for found in card.elsewhere},
            "References": references.count(c),
        }
        for c in card.classes
    ]
    st.dataframe(rows, hide_index=True, width="stretch", alt=f"Accuracy of {card.name} by class")
    st.caption(f"References: {plain(references.source)}.")


def _class_elsewhere(found: FiguresElsewhere, name: str) -> str:
    measured = found.per_class.get(name)
    return "–" if measured is None else f"{_words(measured)} of {measured.images:,}"


def _architecture(card: Card) -> str:
    match card.architecture:
        case CompactArchitecture(name=name, width=width, stem_stride=stride):
            return f"{name}, width {width}, stem stride {stride}"
        case other:
            return other.name


def _measured(card: Card) -> None:
    clean = share_words(card.measured.get("clean_accuracy"))
    if clean == "–":
        st.markdown("**Accuracy at home:** not stated on its card.")
        return
    attacked = card.measured.get("accuracy_under_20_step_attack")
    robust = attacked if isinstance(attacked, Mapping) else {}
    attacked_images = _of(card.measured.get("attacked_images"))
    said = [
        f"{share_words(v)}{attacked_images} under an attack of 20 steps with ε {k.removeprefix('l2_')}"
        for k, v in robust.items()
    ]
    on = _of(card.measured.get("test_images"))
    chance = f"guessing would give {1 / len(card.classes):.1%}"
    mean = card.measured.get("balanced_accuracy")
    balanced = [f"{mean:.1%} as the mean of its classes"] if isinstance(mean, int | float) else []
    words = "; ".join([f"{clean}{on}, where {chance}", *balanced, *said])
    st.markdown(f"**Accuracy at home:** {plain(words)}. 95% intervals in brackets.")
    measured_on = card.measured.get("on")
    if isinstance(measured_on, str):
        st.caption(f"Measured on {plain(measured_on)}.")
    error = card.measured.get("expected_calibration_error")
    if isinstance(error, float):
        st.markdown(f"**Its probabilities:** {_calibration(error)}")


def _of(images: object) -> str:
    """Return how many images a share is of, where the card says so."""
    return f" of {images:,} images" if isinstance(images, int) else ""


def share_words(value: object) -> str:
    """Return a share of a card as a percentage, with its interval where there is one; “–” where it is no share."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return f"{value:.1%}"
    if not isinstance(value, Mapping):
        return "–"
    share, interval = share_words(value.get("value")), value.get("interval_95")
    if share == "–" or not isinstance(interval, list) or len(interval) != 2:
        return share
    low, high = (share_words(bound) for bound in interval)
    return share if "–" in (low, high) else f"{share} ({low.removesuffix('%')}–{high})"


def _input(size: int) -> str:
    return f"{size} × {size} px"


def _facts(facts: Mapping[str, str]) -> None:
    stated = {name: text for name, text in facts.items() if text}
    st.markdown("  \n".join(f"**{name}:** {plain(text or NOT_STATED)}" for name, text in stated.items()))
