"""The film: composed from its bytes alone, every position equals the export within one grey level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from lwise_core.enhancement.coarse_path import COARSER, walk_coarsely
from lwise_core.enhancement.objectives import GroundTruthLogit, Harder
from lwise_core.enhancement.path import Frame
from lwise_core.enhancement.rendering import Extent, render
from lwise_core.enhancement.viewer_payload import COMPOSE_AT_MOST, LEVEL, ViewerPayload, taps_for
from lwise_core.enhancement.walker import Walker
from lwise_core.images.geometry import inverse_matrix
from tests.support.film import Reader, film_of, header_of, shortened

STEPS = 8


def read(film: ViewerPayload) -> Reader:
    reader = Reader()
    reader.take(film.payload(first=0))
    return reader


def exported(film: ViewerPayload, position: int) -> np.ndarray:
    path = film.path
    enhancement = path.at(position * path.step)
    rendering = render(path.guide, film.subject, enhancement, target=2, extent=film.extent)
    return rendering.pixels if film.extent is Extent.GUIDE else film.subject.crop.of(rendering.pixels)


# Below, at, just above (badly conditioned) and well above the guide's input; 70 and 71 px lie about the switch.
@pytest.mark.parametrize("side", [40, 63, 64, 65, 66, 70, 71, 90, 128, 300])
@pytest.mark.parametrize("extent", list(Extent))
def test_every_position_equals_the_export_within_one_grey_level(side: int, extent: Extent) -> None:
    film = film_of(input_size=64, side=side, steps=STEPS, extent=extent)
    reader = read(film)
    for position in range(STEPS + 1):
        difference = reader.composed(position).astype(int) - exported(film, position)
        assert np.abs(difference).max() <= 1, position
        assert (difference != 0).mean() < (0.3 if extent is Extent.PHOTOGRAPH else 0.5)


@pytest.mark.parametrize("side", [225, 300])
def test_it_holds_at_224_px(side: int) -> None:
    film = film_of(input_size=224, side=side, steps=3)
    difference = read(film).composed(3).astype(int) - exported(film, 3)
    assert np.abs(difference).max() <= 1
    assert np.abs(read(film).change(3)).max() > 2  # there was something to compose


def test_position_0_is_the_photograph_bit_for_bit() -> None:
    film = film_of(input_size=64, side=200, steps=1)
    assert (read(film).composed(0) == film.subject.crop.of(film.subject.photograph.pixels)).all()


def test_a_crop_larger_than_what_is_composed_is_sent_reduced() -> None:
    film = film_of(input_size=64, side=900, steps=2)
    reader = read(film)
    assert reader.composed(2).shape == (COMPOSE_AT_MOST, COMPOSE_AT_MOST, 3)
    seen = film.subject.seen(size=COMPOSE_AT_MOST).numpy().transpose(1, 2, 0) * 255
    assert np.abs(reader.composed(0) - seen).max() <= 0.5 + 1e-3


@pytest.mark.parametrize(("side", "size"), [(71, 64), (128, 64), (300, 64), (720, 224), (247, 224), (31, 28)])
def test_what_the_taps_leave_out_is_what_a_frame_has_taken_in(side: int, size: int) -> None:
    taps = taps_for(side, size)
    matrix = np.zeros((side, size))
    for k in range(2):
        matrix[np.arange(side), taps.starts + k] += taps.weights[:, k]
    # R⁺ = T N has its rows in the span of T's columns, so T T⁺ R⁺ = R⁺.
    inverse = inverse_matrix(side, size)
    np.testing.assert_allclose(matrix @ np.linalg.lstsq(matrix, inverse, rcond=None)[0], inverse, atol=1e-4)
    assert matrix.sum(axis=1).max() < 1.2  # so that rounding a frame moves no pixel by more than 1.2² · LEVEL / 2


def test_payloads_of_a_growing_path_add_up_to_the_whole_film_and_hardly_cost_more() -> None:
    whole = film_of(input_size=64, side=150, steps=STEPS)
    streamed, sent = Reader(), 0
    for frames in range(1, STEPS + 2):
        payload = shortened(whole, frames=frames).payload(first=frames - 1)
        streamed.take(payload)
        # Each frame builds on the one before it, whichever payload that came in: so differences stay small.
        assert [row[:3] for row in streamed.header["frames"]] == ([[frames - 1, frames - 2, 8]] if frames > 1 else [])
        sent += len(payload)
    once = read(whole)
    assert streamed.header["positions"] == once.header["positions"]
    for position in range(STEPS + 1):
        assert (streamed.composed(position) == once.composed(position)).all()
    assert sent <= 1.5 * len(whole.payload(first=0))


def test_a_payload_from_the_end_carries_figures_but_no_pictures() -> None:
    film = film_of(input_size=64, side=150, steps=STEPS)
    header = header_of(film.payload(first=film.length))
    assert header["frames"] == []
    assert header["sections"] == {}
    assert len(header["positions"]) == STEPS + 1


@pytest.mark.parametrize("extent", list(Extent))
@pytest.mark.parametrize("side", [40, COMPOSE_AT_MOST, COMPOSE_AT_MOST + 1])
def test_only_a_browser_that_has_nothing_costs_the_making_of_the_original(side: int, extent: Extent) -> None:
    film = film_of(input_size=16, side=side, steps=2, extent=extent)
    film.payload(first=1)
    assert "original" not in vars(film)  # making it resizes a whole photograph
    assert header_of(film.payload(first=0))["side"] == len(film.original)


def test_forty_frames_at_224_px_take_less_than_8_mb() -> None:
    film = film_of(input_size=224, side=COMPOSE_AT_MOST, steps=4)
    # The steps of a path are alike, so ten times the frames of four steps bound those of forty.
    still, moving = len(film.payload(first=0)), len(film.payload(first=1))
    assert still + 9 * moving < 8e6


def with_losses(film: ViewerPayload, losses: list[float]) -> ViewerPayload:
    frames = tuple(
        Frame(f.step, f.unclamped, f.logits, torch.tensor([loss]))
        for f, loss in zip(film.path.frames, losses, strict=True)
    )
    path = film.path
    return ViewerPayload(type(path)(path.guide, path.request, path.step, frames), film.subject, film.extent)


def test_a_position_shows_the_best_frame_up_to_it_and_frames_that_none_shows_are_not_sent() -> None:
    film = with_losses(film_of(input_size=64, side=150, steps=5), [0.0, -1.0, -0.5, -1.0, -2.0, -3.0])
    assert film.best == (0, 1, 1, 1, 4, 5)
    header = header_of(film.payload(first=0))
    assert [row[:2] for row in header["frames"]] == [[1, 0], [4, 1], [5, 4]]
    reader = read(film)
    for position in range(6):
        assert np.abs(reader.composed(position).astype(int) - exported(film, position)).max() <= 1


def test_figures_are_those_of_the_path() -> None:
    film = film_of(input_size=64, side=150, steps=STEPS)
    header = header_of(film.payload(first=0))
    for position, (best, spent, logit, choice, provisional) in enumerate(header["positions"]):
        enhancement = film.path.at(position * film.path.step)
        assert best == film.best[position]
        assert spent == pytest.approx(float(enhancement.spent[0]), abs=1e-4)
        assert logit == pytest.approx(float(enhancement.logits[0, 2]), abs=1e-3)
        assert header["classes"][choice] == film.path.guide.classes[int(enhancement.logits[0].argmax())]
        assert provisional == 0
    assert header["towards"] == "owl"
    assert header["harder"] is False
    assert header["planned"] == film.path.guide.epsilon_scale.steps


def test_positions_may_be_provisional() -> None:
    film = film_of(input_size=64, side=80, steps=2)
    marked = ViewerPayload(film.path, film.subject, film.extent, provisional={1})
    assert [row[-1] for row in header_of(marked.payload(first=3))["positions"]] == [0, 1, 0]


def test_the_id_follows_what_is_shown_and_not_how_far_the_path_got() -> None:
    film = film_of(input_size=64, side=80, steps=3)
    assert shortened(film, frames=2).id == film.id
    others = (
        film_of(input_size=64, side=81, steps=3),
        film_of(input_size=64, side=80, steps=3, extent=Extent.GUIDE),
        film_of(input_size=32, side=80, steps=3),
        film_of(input_size=64, side=80, steps=3, objective=Harder(GroundTruthLogit())),
    )
    half = torch.arange(64).expand(1, 1, 64, 64) < 32
    restricted = [
        replace(film, path=replace(film.path, request=replace(film.path.request, within=where)))
        for where in (half, ~half)
    ]
    others = (*others, *restricted)
    assert len({film.id, *(other.id for other in others)}) == 1 + len(others)


@pytest.mark.parametrize("first", [-1, 4])
def test_it_cannot_begin_where_there_is_nothing(first: int) -> None:
    with pytest.raises(ValueError, match="cannot be sent"):
        film_of(input_size=64, side=80, steps=2).payload(first=first)


def test_rounding_moves_no_value_by_more_than_half_a_step() -> None:
    film = film_of(input_size=64, side=64, steps=STEPS)
    exact = (film.path.frames[STEPS].images[0] - film.path.frames[0].images[0]).numpy() * 255
    assert np.abs(film.change(STEPS) * LEVEL - exact).max() <= LEVEL / 2 + 1e-3


def previewed(film: ViewerPayload) -> tuple[ViewerPayload, ...]:
    """Return ``film`` beside the coarse path as it grows."""
    walked = walk_coarsely(Walker(film.path.guide), film.path.request)
    return tuple(replace(film, preview=coarse) for coarse in walked)


def test_a_coarse_path_adds_up_from_its_payloads_and_stays_in_the_balls() -> None:
    grown = previewed(film_of(input_size=32, side=32, steps=1))
    reader = read(grown[0])
    for sent, film in enumerate(grown[1:], start=1):
        reader.take(film.payload(first=film.length, first_coarse=sent))
        preview = reader.header["preview"]
        assert [row[0] for row in preview["frames"]] == ([sent] if sent in preview["best"] else [])
    step = grown[-1].path.step
    for position in range(1, grown[-1].path.guide.epsilon_scale.steps + 1):
        change = reader.coarse_levels(position) * LEVEL / 255
        assert 0 < np.linalg.norm(change) <= position * step + LEVEL / 255 * np.sqrt(change.size) / 2
    once = read(grown[-1])
    assert (once.coarse_levels(position) == reader.coarse_levels(position)).all()


def test_the_frames_and_figures_are_those_of_the_path_alone_whatever_is_looked_at_meanwhile() -> None:
    film = film_of(input_size=32, side=80, steps=1)
    plain, marked = header_of(film.payload(first=0)), header_of(previewed(film)[-1].payload(first=0))
    assert plain["preview"] is None
    assert marked["preview"]["every"] == COARSER
    assert marked["film"] == plain["film"]
    assert {**marked, "preview": None} == plain
