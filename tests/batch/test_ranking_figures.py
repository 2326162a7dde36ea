"""The figures of a ranking as files: every class is named, the map is there once it was made, and so are its words."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from zipfile import ZipFile

import pytest

from lwise_core.batch.named_files import NamedFile
from lwise_core.batch.ranking import Ranking, rank
from lwise_core.batch.ranking_figures import map_plot, ranking_figures_zip
from lwise_core.batch.ranking_map import RankingMap, features_of
from lwise_core.data.folder_labels import FolderLabels
from lwise_core.data.phantom import FAMILIES, Creature, draw
from lwise_core.guides.guide import GuideModel
from lwise_core.images.codec import encode_png, open_photograph


@pytest.fixture(scope="module")
def ranking(phantom_guide: GuideModel) -> Ranking:
    files = [
        NamedFile(f"{FAMILIES[f]}/{n}.png", encode_png(draw(Creature(f, 0.1, 10 * f + n), size=64)))
        for f in range(2)
        for n in range(3)
    ]
    *_, last = rank(files, phantom_guide, folders=FolderLabels(phantom_guide.classes), total=len(files))
    return last


@pytest.fixture(scope="module")
def ranking_map(ranking: Ranking, phantom_guide: GuideModel) -> RankingMap:
    *_, features = features_of(ranking.photographs, phantom_guide)
    return RankingMap.of(features)


def words(svg: bytes) -> str:
    return " ".join(t.text or "" for t in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))  # noqa: S314


def files(data: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_map_is_among_the_figures_once_it_was_made(ranking: Ranking, ranking_map: RankingMap) -> None:
    without = files(ranking_figures_zip(ranking, None, guide="g", chosen=()))
    assert sorted(without) == ["logits.png", "logits.svg"]
    found = files(ranking_figures_zip(ranking, ranking_map, guide="g", chosen=ranking.presumed()))
    assert sorted(found) == ["logits.png", "logits.svg", "map.png", "map.svg"]
    for name in ("logits", "map"):
        assert open_photograph(found[f"{name}.png"], name=f"{name}.png").pixels.shape[1] == 1003  # 85 mm at 300 dpi
        said = words(found[f"{name}.svg"])
        assert all(family in said for family in FAMILIES[:2])
        assert "Ranked by g. Not for diagnosis." in said
        assert "6 photographs" in said


def test_marks_on_the_map_are_filled_where_they_are_chosen(ranking: Ranking, ranking_map: RankingMap) -> None:
    everything = map_plot(ranking, ranking_map, chosen=[p.sha256 for p in ranking.photographs])
    assert everything.as_svg(note="") != map_plot(ranking, ranking_map, chosen=()).as_svg(note="")


def test_the_same_ranking_has_the_same_bytes(ranking: Ranking, ranking_map: RankingMap) -> None:
    first, second = (ranking_figures_zip(ranking, ranking_map, guide="g", chosen=()) for _ in range(2))
    assert first == second
