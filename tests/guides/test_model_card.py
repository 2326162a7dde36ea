from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lwise_core.guides import catalog
from lwise_core.guides.guide import Domain
from lwise_core.guides.model_card import (
    MAX_CARD_BYTES,
    NOT_STATED,
    CardError,
    CompactArchitecture,
    TimmArchitecture,
    parse_card,
)

MINIMAL: dict[str, Any] = {
    "name": "two-kinds",
    "architecture": {"class": "CompactResNet", "width": 4, "num_classes": 2, "stem_stride": 1},
    "input_size": 32,
    "mean": [0.5, 0.5, 0.5],
    "std": [0.25, 0.25, 0.25],
    "classes": ["cat", "dog"],
    "weights": {"file": "model.safetensors", "sha256": "0" * 64, "bytes": 100},
}


def card_bytes(change: Callable[[dict[str, Any]], object] = lambda _: None) -> bytes:
    content = json.loads(json.dumps(MINIMAL))
    change(content)
    return json.dumps(content).encode()


def test_the_bundled_card_says_everything_that_a_page_shows() -> None:
    card = parse_card((catalog.BUNDLED / "animals16-64" / "card.json").read_bytes())
    assert card.architecture == CompactArchitecture(width=48, num_classes=16, stem_stride=2)
    assert card.training_epsilon == 0.75
    assert len(card.classes) == 16
    assert card.weights.file == "model.safetensors"
    assert card.measured["per_class"]


def test_of_many_classes_that_are_none_the_first_is_told_and_no_list_is_made_of_all() -> None:
    with pytest.raises(CardError) as refused:
        parse_card(card_bytes(lambda c: c.update(classes=[1, 2, 3])))
    assert isinstance(refused.value.__cause__, ValidationError)
    wrong = [error["loc"] for error in refused.value.__cause__.errors()]
    assert [place for place in wrong if len(place) > 1] == [("classes", 0)]


def test_what_a_minimal_card_leaves_out_is_not_made_up() -> None:
    card = parse_card(card_bytes())
    assert card.domain is Domain.UNKNOWN
    assert card.domain.treated_as_medical
    assert card.training_epsilon is None
    assert {card.licence, card.limits, card.intended_use, card.data, card.references.source} == {NOT_STATED}
    assert not card.references.logits
    assert not card.caution
    assert not card.measured


def test_a_guide_trained_without_attacks_is_not_one_of_which_nothing_is_known() -> None:
    card = parse_card(card_bytes(lambda c: c.update(training={"epsilon": 0})))
    assert card.training_epsilon == 0


def test_a_guide_is_of_one_lineage_with_the_guide_that_it_was_tuned_from() -> None:
    alone = parse_card(card_bytes())
    assert alone.lineage == {"0" * 64}
    tuned = parse_card(
        card_bytes(lambda c: c.update(training={"started_from": f"the guide a, SHA-256 {'ab' * 32}, now"}))
    )
    assert tuned.lineage == {"0" * 64, "ab" * 32}


def test_a_card_may_name_any_architecture_of_timm() -> None:
    card = parse_card(card_bytes(lambda c: c.update(architecture={"class": "resnet50"})))
    assert card.architecture == TimmArchitecture(name="resnet50")


def test_references_and_domain_are_read() -> None:
    def change(c: dict[str, Any]) -> None:
        c.update(domain="fine-grained", references={"source": "held out", "logits": {"cat": [1.5, 2]}})

    card = parse_card(card_bytes(change))
    assert card.domain is Domain.FINE_GRAINED
    assert card.references.logits == {"cat": (1.5, 2.0)}


ELSEWHERE: dict[str, Any] = {
    "name": "afar",
    "data": "Pictures of a far place.",
    "method": "a command",
    "images": 10,
    "accuracy": {"value": 0.5, "interval_95": [0.2, 0.8]},
    "balanced_accuracy": {"value": 0.5, "interval_95": [0.2, 0.8]},
    "per_class": {"cat": {"images": 10, "value": 0.5, "interval_95": [0.2, 0.8]}},
    "reliability": [[10, 0.7, 0.5]],
}


def elsewhere(**changes: object) -> Callable[[dict[str, Any]], object]:
    return lambda c: c.update(elsewhere=[ELSEWHERE | changes])


def test_figures_elsewhere_are_read_and_their_reliability_follows_the_guides_own() -> None:
    def change(c: dict[str, Any]) -> None:
        c.update(measured={"reliability": [[4, 0.9, 1.0]]}, not_for="people in a hurry")
        elsewhere()(c)

    card = parse_card(card_bytes(change))
    (found,) = card.elsewhere
    assert (found.images, found.accuracy.value, found.per_class["cat"].interval_95) == (10, 0.5, (0.2, 0.8))
    assert [(known.source, known.bins[0].images) for known in card.reliability] == [
        ("held-out pictures", 4),
        ("pictures from afar", 10),
    ]
    assert card.not_for == "people in a hurry"


def nested(content: dict[str, Any]) -> None:
    place = content.setdefault("measured", {})
    for _ in range(20):
        place["deeper"] = {}
        place = place["deeper"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c.pop("mean"), "“mean” is missing"),
        (lambda c: c.update(mean=[0.1, 0.2]), "mean"),
        (lambda c: c.update(mean=[0.1, 0.2, float("nan")]), "“mean.2” must be a finite number"),
        (lambda c: c.update(std=[0.1, 0.0, 0.1]), "“std.1” must be greater than 0"),
        (lambda c: c["architecture"].update(width="48"), "“architecture.width” must be a whole number"),
        (lambda c: c["architecture"].update(width=10**9), "architecture.width"),
        (lambda c: c["architecture"].update(stem_stride=3), "architecture.stem_stride"),
        (lambda c: c["architecture"].update(num_classes=3), "2 classes for 3 outputs"),
        (lambda c: c.update(architecture="resnet50"), "architecture"),
        (lambda c: c.update(input_size=1_000_000), "input_size"),
        (lambda c: c.update(classes=["Cat", "c-a_t"]), "differ only in case"),
        (lambda c: c.update(classes=["cat", ""]), "classes.1"),
        (lambda c: c.update(domain="veterinary"), "domain"),
        (lambda c: c["weights"].update(file="../../etc/passwd"), "weights.file"),
        (lambda c: c["weights"].update(file="/etc/passwd"), "weights.file"),
        (lambda c: c["weights"].update(sha256="no"), "weights.sha256"),
        (lambda c: c.update(references={"logits": {"zebra": [1.0]}}), "“zebra”"),
        (lambda c: c.update(references={"logits": {"cat": [float("inf")]}}), "references.logits.cat.0"),
        (lambda c: c.update(training={"epsilon": "0.75"}), "training.epsilon"),
        (lambda c: c.update(training={"epsilon": True}), "training.epsilon"),
        (lambda c: c.update(training={"epsilon": -1}), "training.epsilon"),
        (lambda c: c.update(measured={"accuracy": [float("nan")]}), "“measured” holds a value that is not a finite"),
        (lambda c: c.update(measured=[1]), "measured"),
        (nested, "nested more than"),
        (lambda c: c.update(limits="x" * 10_000), "limits"),
        (lambda c: c.update(name="a/b"), "name"),
        (lambda c: c.update(not_for="x" * 201), "not_for"),
        (elsewhere(data=""), "elsewhere.0.data"),
        (elsewhere(images=0), "elsewhere.0.images"),
        (elsewhere(images=11), "not as many as “images”"),
        (elsewhere(per_class={}), "elsewhere.0.per_class"),
        (elsewhere(accuracy={"value": 0.9, "interval_95": [0.2, 0.8]}), "outside its interval"),
        (elsewhere(balanced_accuracy={"value": 2, "interval_95": [0, 1]}), "elsewhere.0.balanced_accuracy.value"),
        (elsewhere(per_class={"cat": {**ELSEWHERE["per_class"]["cat"], "value": 0.9}}), "outside its interval"),
        (elsewhere(per_class={"zebra": ELSEWHERE["per_class"]["cat"]}), "“zebra”"),
        (elsewhere(reliability=[[10, 0.7]]), "elsewhere.0.reliability.0"),
    ],
)
def test_a_wrong_card_is_refused_in_one_sentence_that_names_the_field(
    change: Callable[[dict[str, Any]], object], said: str
) -> None:
    with pytest.raises(CardError) as refused:
        parse_card(card_bytes(change))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"null", b"\xff\xfe", b"{" * 10_000, b'{"a":' * 10_000, b"1e999", card_bytes()[:-5]]
)
def test_what_is_no_card_at_all_is_refused(data: bytes) -> None:
    with pytest.raises(CardError, match="The card is damaged"):
        parse_card(data)


def test_a_huge_card_is_not_even_parsed() -> None:
    with pytest.raises(CardError, match="bytes"):
        parse_card(b" " * (MAX_CARD_BYTES + 1))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@given(field=st.sampled_from(sorted(MINIMAL)), value=json_values)
def test_any_value_in_any_field_is_either_read_or_refused(field: str, value: object) -> None:
    try:
        parse_card(card_bytes(lambda c: c.update({field: value})))
    except CardError as refused:
        assert "\n" not in str(refused)  # noqa: PT017  both outcomes are right


@given(data=st.binary(max_size=300))
def test_any_bytes_are_refused_with_the_one_error(data: bytes) -> None:
    with pytest.raises(CardError):
        parse_card(data)
