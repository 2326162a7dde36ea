"""From a ranking to slides."""

from dataclasses import replace

import numpy as np
import pytest

from lwise_core.batch.named_files import NamedFile
from lwise_core.batch.ranking import RankedPhotograph, rank
from lwise_core.data.folder_labels import FolderLabels
from lwise_core.data.phantom import FAMILIES, Creature, draw
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.enhancement.walker import Walker
from lwise_core.guides.difficulty import score
from lwise_core.guides.guide import GuideModel
from lwise_core.guides.novelty import Novelty
from lwise_core.images.codec import Photograph, encode_png
from lwise_core.images.geometry import Crop
from lwise_core.teaching.lessons.builder import in_order, slides, slides_step_by_step, steps_of_slides


@pytest.fixture(scope="module")
def chosen(phantom_guide: GuideModel) -> tuple[RankedPhotograph, ...]:
    files = [
        NamedFile(f"{FAMILIES[f]}/{i}.png", encode_png(draw(Creature(f, 0.05 * i, 100 * f + i), size=64)))
        for f in range(2)
        for i in range(8)
    ]
    *_, ranking = rank(files, phantom_guide, folders=FolderLabels(phantom_guide.classes), total=len(files))
    return ranking.photographs


def test_slides_go_from_easy_and_enhanced_to_hard_and_natural(chosen: tuple[RankedPhotograph, ...]) -> None:
    order = in_order(chosen)
    budgets = [block.epsilon_224 for _, block in order]
    assert budgets == sorted(budgets, reverse=True)
    assert budgets == [e for e in (8, 4, 2, 1, 0.5, 0.25, 0, 0) for _ in range(2)]
    for name in FAMILIES[:2]:
        logits = [p.logit for p, _ in order if p.class_name == name]
        assert logits == sorted(logits, reverse=True)
    assert {p.class_name for p, _ in order[:2]} == set(FAMILIES[:2])


@pytest.mark.parametrize(("count", "natural"), [(1, 0), (2, 1), (3, 1), (4, 1), (5, 1), (6, 2), (7, 2), (8, 2)])
def test_a_quarter_of_each_class_comes_last_as_it_is_and_the_easiest_at_the_most(
    chosen: tuple[RankedPhotograph, ...], count: int, natural: int
) -> None:
    """Classes of different sizes: what is natural is a quarter of each, and nothing enhanced comes after it."""
    some = (*chosen[:count], *chosen[8:])
    budgets = [block.epsilon_224 for _, block in in_order(some)]
    assert budgets == sorted(budgets, reverse=True)
    assert budgets.count(0) == natural + 2
    assert [b.epsilon_224 for _, b in in_order(chosen[:count])].count(0) == natural
    assert in_order(chosen[:count])[0][1].epsilon_224 == 8


def test_the_steps_of_a_lesson_are_those_of_its_budgets(
    chosen: tuple[RankedPhotograph, ...], phantom_guide: GuideModel
) -> None:
    scale = phantom_guide.epsilon_scale
    budgets = [min(scale.from_224(block.epsilon_224), scale.largest) for _, block in in_order(chosen)]
    assert steps_of_slides(chosen, phantom_guide) == sum(max(1, round(e / scale.step)) for e in budgets if e)
    assert steps_of_slides((), phantom_guide) == 0
    made = list(slides_step_by_step(chosen, Walker(phantom_guide)))
    originals = sum(bool(e) for e in budgets)  # a path begins with one
    assert made.count(None) == steps_of_slides(chosen, phantom_guide) + originals
    assert [s.name for s in made if s is not None] == [s.name for s in slides(chosen, Walker(phantom_guide))]


def test_one_photograph_is_a_lesson(chosen: tuple[RankedPhotograph, ...]) -> None:
    assert [b.epsilon_224 for _, b in in_order(chosen[:1])] == [8]
    assert in_order(()) == ()


def test_every_enhanced_slide_is_easier_for_the_guide_and_the_last_are_as_they_are(
    chosen: tuple[RankedPhotograph, ...], phantom_guide: GuideModel
) -> None:
    made = list(slides(chosen, Walker(phantom_guide)))
    assert [s.enhanced is None for s in made] == [False] * 12 + [True] * 4
    assert [s.difficulty_sentence for s in (made[0], made[-1])] == [
        "Difficulty: very easy (1 of 5).",
        "Difficulty: very hard (5 of 5).",
    ]
    levels = [int(s.difficulty_sentence.partition("(")[2][0]) for s in made]
    assert levels == sorted(levels)
    for slide in made[:12]:
        assert slide.enhanced is not None
        before, after = (_logit(phantom_guide, p, slide.class_name) for p in (slide.natural, slide.enhanced))
        assert after > before
        assert slide.towards == slide.class_name


def test_what_is_guessed_or_unlike_or_alone_carries_no_word_of_difficulty_but_why(
    chosen: tuple[RankedPhotograph, ...], phantom_guide: GuideModel
) -> None:
    guessed, unlike = replace(chosen[0], guessed=True), replace(chosen[1], novelty=Novelty(p=0.01, references=200))
    lesson = (guessed, unlike, *chosen[2:8], *chosen[8:11])
    said = {f"{s.class_name}/{s.name}": s.difficulty_sentence for s in slides(lesson, Walker(phantom_guide))}
    assert "only what the network guessed" in said[guessed.name]
    assert "unlike what the network learnt" in said[unlike.name]
    assert sorted(s.partition("(")[2][0] for s in said.values() if "(" in s) == ["1", "1", "2", "3", "4", "5"]
    assert sum("too few pictures" in s for s in said.values()) == 3
    assert not [s for s in said.values() if "not judged" in s and ("easy" in s or "hard" in s)]


def _logit(guide: GuideModel, pixels: np.ndarray, class_name: str) -> float:  # type: ignore[type-arg]
    picture = Photograph("x", pixels, "0" * 64)
    seen = CroppedPhotograph(picture, Crop.central(picture)).seen(size=guide.input_size)
    return float(score(guide, seen)[guide.class_index(class_name)])
