from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from lwise_core.data.entries import PictureEntry, PictureSet
from lwise_core.data.errors import DatasetError
from lwise_core.data.picture_sets import picture_set
from lwise_core.guides.penultimate_features import Features
from lwise_core.inspection import neighbours
from lwise_core.inspection.neighbours import FeatureIndex, Neighbour, Neighbours, entries_among, indexed
from tests.conftest import guide_of, tiny_network

GUIDE = guide_of(tiny_network())


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> PictureSet:
    """Forty pictures of two classes, of 16 px, and a file that is none."""
    root = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    for name in ("a", "b"):
        (root / name).mkdir()
        for i in range(20):
            tone = random.integers(0, 120, size=3) + (120 if name == "b" else 0)
            pixels = (tone + random.normal(0, 12, size=(16, 16, 3))).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(root / name / f"{i:02d}.png")
    (root / "a" / "broken.png").write_bytes(b"no picture")
    return picture_set(str(root))


@pytest.fixture(scope="module")
def index(pictures: PictureSet) -> FeatureIndex:
    *_, last = indexed(GUIDE, pictures, entries_among(pictures))
    return last


def image_of(index: FeatureIndex, name: str) -> torch.Tensor:
    place = index.pictures.place
    assert place is not None
    pixels = np.asarray(Image.open(Path(place) / name), dtype=np.float32) / 255
    return torch.from_numpy(pixels.transpose(2, 0, 1).copy())


def test_what_cannot_be_read_is_left_out(index: FeatureIndex) -> None:
    assert len(index.entries) == 40
    assert index.features.shape[0] == 40
    np.testing.assert_allclose(np.linalg.norm(index.features, axis=1), 1)


def test_the_nearest_are_those_of_the_largest_cosine_and_the_picture_itself_is_none(index: FeatureIndex) -> None:
    original, changed = image_of(index, "a/03.png"), image_of(index, "b/07.png") * 0.98
    found = index.neighbours(original, changed, towards="b")
    assert (found.among, len(found.before), len(found.after)) == (39, 5, 5)
    assert "a/03.png" not in {n.name for n in (*found.before, *found.after)}
    for image, said in ((original, found.before), (changed, found.after)):
        asked = Features.of(GUIDE).read(image[None])[0]
        cosines = index.features @ asked / np.linalg.norm(asked)
        cosines[[e.name for e in index.entries].index("a/03.png")] = -1
        best = sorted(cosines, reverse=True)[:5]
        np.testing.assert_allclose([n.cosine for n in said], best, atol=1e-6)
    assert found.after[0].name == "b/07.png"
    np.testing.assert_allclose(found.after[0].image, image_of(index, "b/07.png").numpy(), atol=1e-6)


def test_the_sentence_counts_the_class_before_and_after_and_what_stayed() -> None:
    def of(name: str, class_name: str) -> Neighbour:
        return Neighbour(name, class_name, 0.9, np.zeros((3, 2, 2), np.float32))

    found = Neighbours(
        "House cat",
        (of("1", "dog"), of("2", "house-cat"), of("3", "dog")),
        (of("2", "house-cat"), of("4", "HOUSE CAT"), of("3", "dog")),
        1234,
    )
    assert found.stayed == 2
    assert str(found) == (
        "Of the 3 real pictures nearest to the original 1 shows House cat; of those nearest to what was made of it 2 "
        "do. 2 of them are near to both. Compared were 1,234 pictures."
    )


def test_of_a_large_set_so_many_are_spread_evenly(pictures: PictureSet, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = [e for e in pictures.entries() if isinstance(e, PictureEntry)]
    monkeypatch.setattr(neighbours, "MOST_NEIGHBOURS", 10)
    chosen = entries_among(pictures)
    assert len(chosen) == 10
    assert {e.class_name for e in chosen} == {"a", "b"}
    assert [e for e in everything if e in chosen] == list(chosen)


def test_a_set_of_nothing_is_refused(pictures: PictureSet) -> None:
    class Empty:
        name = "empty"
        place = None

        def entries(self) -> Iterator[PictureEntry | str]:
            yield "“x.txt” was passed over."

        def read(self, entry: PictureEntry) -> bytes:
            raise AssertionError(entry)

    with pytest.raises(DatasetError, match="“empty” holds no picture"):
        entries_among(Empty())
    broken = [e for e in pictures.entries() if isinstance(e, PictureEntry) and "broken" in e.name]
    with pytest.raises(DatasetError, match="can be read"):
        list(indexed(GUIDE, pictures, broken))
