from __future__ import annotations

import numpy as np

from lwise_core.inspection.evidence_ledger import EvidenceLedger
from pages.parts.inspect.layers import ChosenLayer, LayerChoice, _over, _support, _unsupported


def ledger() -> EvidenceLedger:
    gains = np.array([[[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [1.0, -0.5]], [[1.0, 4.0], [1.0, -0.5]]])
    support = np.array([[0.01, 0.9], [0.3, 0.6]])
    return EvidenceLedger(support, 0.01, gains, contrasts=1 - support)


def test_a_gain_shows_only_where_nothing_spoke_for_the_class_and_at_its_own_epsilon() -> None:
    layer = _unsupported(ledger(), towards="dog")
    assert layer.maps is not None
    opacity = layer.maps[..., 3]
    assert opacity.shape == (3, 2, 2)
    assert not opacity[0].any()  # nothing was gained yet
    assert (opacity[1:] > 0).tolist() == [[[False, True], [False, False]]] * 2
    assert "where the guide saw none before" in layer.caption


def test_support_shows_where_the_original_spoke_for_the_class_the_stronger_the_less_by_chance() -> None:
    layer = _support(ledger(), towards="dog")
    assert layer.maps is not None
    (opacity,) = layer.maps[..., 3]
    assert opacity[0, 0] > opacity[1, 0] > 0
    assert not opacity[0, 1]
    assert not opacity[1, 1]


def test_the_words_of_the_layer_tell_signs_from_faint_ones_that_are_drawn_pale() -> None:
    support, gains = np.array([[0.01, 0.9], [0.9, 0.6]]), np.zeros((1, 2, 2))
    faint = np.array([[0.1, 0.9], [0.3, 0.6]])

    def words(shown: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> str:
        return _support(EvidenceLedger(shown, 0.01, gains, contrasts=1 - shown), towards="dog").caption

    assert words(support) == "Orange: here the guide saw signs of dog before anything was changed."
    assert words(ledger().support).endswith(" Pale: faint signs, as in many pictures without it.")
    assert words(faint).startswith("Pale orange: before anything was changed the guide saw only faint signs")


def test_a_map_without_a_place_says_so() -> None:
    support, gains = np.full((2, 2), 0.9), np.zeros((2, 2, 2))
    nowhere = EvidenceLedger(support, 0.01, gains, contrasts=1 - support)
    assert _support(nowhere, towards="dog").caption.startswith("Nowhere did the guide see signs of dog")
    assert _unsupported(nowhere, towards="dog").caption.startswith("Nowhere did a change add signs of dog")


def test_what_speaks_for_and_against_has_two_colours_and_nothing_is_clear() -> None:
    (painted,) = _over(np.array([[-2.0, 0.0, 2.0]]), limit=2.0)
    assert painted[0, 2] > painted[0, 0]  # blue
    assert painted[2, 0] > painted[2, 2]  # orange
    assert painted[1, 3] == 0


def test_only_maps_of_places_wait_for_the_ledger() -> None:
    assert [c for c in LayerChoice if ChosenLayer(c).needs_ledger] == [LayerChoice.UNSUPPORTED, LayerChoice.SUPPORT]
