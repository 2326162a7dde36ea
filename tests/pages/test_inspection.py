from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest

from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.enhancement.objectives import GroundTruthLogit
from lwise_core.enhancement.path import PathRequest, walk
from lwise_core.enhancement.rendering import CroppedPhotograph
from lwise_core.guides import catalog
from lwise_core.inspection.attribution import AttributionMethod
from lwise_core.inspection.attribution_methods import DEEP_LIFT, GUIDED_GRAD_CAM, METHODS
from lwise_core.inspection.examine import examine_counted
from lwise_core.inspection.wording import verdict_sentences
from pages.parts.inspect.tabs import ATTRIBUTIONS, CHANGE, COUNTER, NUMBERS, OPINIONS, TAB
from pages.parts.session.guides import ASKED
from tests.support.app_runs import settled
from tests.support.attributions import steepness

__all__ = ["steepness"]

ROOT = Path(__file__).resolve().parents[2]
CAT = SAMPLES[0]
FURTHER = {"H2", "H3", "H4", "H5", "H6"}
"""What is shown where it is asked for, and never counted."""


@pytest.fixture(autouse=True, scope="module")
def closed_afterwards() -> Iterator[None]:
    yield
    clear_session_resource_cache("test session id")


@pytest.fixture
def at() -> AppTest:
    return opened()


@pytest.fixture(scope="module")
def cat() -> AppTest:
    """The page about the cat with its lights and every number behind them; tests share one."""
    at = opened().button(key="sample-cat").click().run()
    at.session_state[NUMBERS] = True
    return settled(at.run())


def turned(at: AppTest, tab: str) -> AppTest:
    """Open a tab."""
    at.session_state[TAB] = tab
    return settled(at.run())


def with_further(at: AppTest) -> AppTest:
    """Ask for the indicators that are shown and not counted."""
    at.session_state[NUMBERS] = True
    at.run()
    toggle = next(t for t in at.toggle if t.label == "More indicators, shown and not counted")
    return settled(toggle.set_value(True).run())


def opened() -> AppTest:
    """The page with the small guide, whose paths take a fifth of the time."""
    app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=280)
    app.session_state[ASKED] = "animals16-64"
    app.switch_page("inspection.py").run()
    assert not app.exception, app.exception
    return app


def said(at: AppTest) -> str:
    elements = [*at.markdown, *at.caption, *at.info, *at.warning, *at.error, *at.subheader]
    texts = [*(e.value for e in elements), *(html.unescape(e.proto.body) for e in at.get("html"))]
    return "\n".join(texts).replace("\\", "")


def test_a_newcomer_is_told_what_the_page_is_for_and_can_start(at: AppTest) -> None:
    assert "whether you can **trust** what it painted" in said(at)
    assert {b.key for b in at.button} >= {f"sample-{s.key}" for s in SAMPLES}


def values_in(at: AppTest) -> dict[str, float]:
    """Return what the page says of each indicator that has a value, by key: “**name** (H1) :badge[…]  \n0.5 …”."""
    texts = "\n".join(m.value.replace("\\", "") for m in at.markdown)
    found = re.findall(r"\((H\w+)\) :\w+-badge\[.*\]  \n([−-]?[\d.e-]+)", texts)
    return {key: float(value.replace("−", "-")) for key, value in found}


def test_the_page_says_what_the_library_says(cat: AppTest) -> None:
    guide = catalog.load("animals16-64")
    image = CroppedPhotograph(photograph_of(CAT), CAT.crop).seen(size=guide.input_size)
    target = guide.class_index("house cat")
    *_, path = walk(guide, PathRequest.single(image, target=target, objective=GroundTruthLogit()))
    *_, found = examine_counted(path)  # the others are compared word by word with Python's, below
    risk = found.risks[round(guide.epsilon_scale.default / guide.epsilon_scale.step)]
    assert all(sentence in said(cat) for sentence in verdict_sentences(risk, towards="house cat"))
    assert (
        {"H1", "H8"} <= set(values_in(cat)) <= {"H1", "HE", "H7", "H8", "H9", "HF", "HS", "HP"}
    )  # before anybody asks for more
    with_further(cat)
    assert risk.semantic.sentence in said(cat)
    assert risk.artefact.sentence in said(cat)
    shown = values_in(cat)
    expected = {i.measure.key: i.value for light in (risk.semantic, risk.artefact) for i in light.indicators}
    for key, value in expected.items():
        if value is not None:  # the app walks with the guide's fast twin: the third figure may differ
            assert shown.pop(key) == pytest.approx(value, rel=0.05, abs=0.02)
    assert set(shown) <= FURTHER


def test_every_part_of_the_page_is_there_and_nothing_is_called_safe(cat: AppTest) -> None:
    assert cat.subheader[0].value == "Can you trust this change?"
    tabs = [CHANGE, ATTRIBUTIONS, COUNTER, OPINIONS]
    assert [t.label for t in cat.tabs if t.label in tabs] == tabs
    files = ["Report (HTML)", "Every number (JSON)", "Every pixel (NPZ)", "Figures (ZIP)"]
    files += ["ε from 0 up (WebP)", "ε from 0 up (GIF)"]
    assert [b.label for b in cat.get("download_button")] == files
    words = said(cat).lower().replace("not a safety limit", "").replace("no light here ever says safe", "")
    assert "safe" not in words
    assert "nan" not in words.split()


def numbers_on(at: AppTest) -> set[str]:
    """Return every number that the page shows in words, as the library says it."""
    markdown = [m.value.replace("\\", "").replace("**", "") for m in at.markdown]
    blocks = [block.split("  \n") for text in markdown for block in text.split("\n\n")]
    found = {block[1] for block in blocks if len(block) == 3}  # an indicator: name, facts, meaning
    said = [text for text in markdown if not text.startswith(":")]  # a light begins with its badge
    found |= {text for text in said if "of the change lies on" in text or "Maps before and after" in text}
    found |= {c.value for c in at.caption if c.value.startswith("No flag up to")}
    beside = {
        "Colour, median ΔE2000": "5% of the pixels differ by more than",
        "Similarity, SSIM": "5% of the pixels are below",
    }
    under = [c.value.removesuffix(".") for c in at.caption]
    for m in at.metric:
        more = next((text for text in under if text.startswith(beside.get(m.label, "\0"))), "")
        found.add(f"{m.label}: {m.value}" + (f" ({more})" if more else ""))
    rows = [row for table in at.dataframe for row in table.value.to_dict("records")]
    return found | {", ".join(f"{name} {cell}" for name, cell in row.items()) for row in rows}


def test_what_it_says_to_type_finds_every_number_in_python(
    cat: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(str(files("skimage.data").joinpath(CAT.file)), tmp_path / "cat.png")
    cat.session_state["change-part"] = "Spectrum and lattices"
    shown = numbers_on(with_further(turned(cat, CHANGE)))
    shown |= numbers_on(turned(cat, ATTRIBUTIONS))
    assert "No attributions were computed." not in said(cat)
    shown |= numbers_on(turned(cat, OPINIONS))
    assert "No attributions were computed." not in said(cat)  # nor lost, while another tab is open
    lines = next(c.value for c in cat.code if c.value.startswith("import lwise_core as lw"))
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    exec(lines, {})  # noqa: S102 - what a person would type, in a session that knows nothing of the page
    written = capsys.readouterr().out
    assert len(shown) >= 10 + 1 + 1 + 4 + 5 + 3 + 2  # indicators, overlap, range, look, lattices, maps, opinions
    assert {number for number in shown if number not in written} == set()


def test_a_further_method_is_offered_and_shown_by_its_title(at: AppTest, steepness: AttributionMethod) -> None:
    turned(at.button(key="sample-cat").click().run(), ATTRIBUTIONS)
    methods = next(m for m in at.multiselect if m.label == "Methods")
    assert [option.partition(" (about")[0] for option in methods.options] == [
        method.title for method in METHODS.values() if method not in {DEEP_LIFT, GUIDED_GRAD_CAM}
    ]
    settled(methods.set_value([steepness.name]).run())
    assert steepness.title in [h.value for h in at.subheader]


def test_what_the_picture_does_not_show_is_said_to_be_invented(at: AppTest) -> None:
    settled(at.button(key="sample-coffee").click().run())
    assert "was not in the original" in said(at)
    assert "but the picture is said to show something for which this guide has no class" in said(at)


def test_the_guide_that_says_whether_a_gain_transfers_is_another_one_that_knows_the_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LWISE_HOME", str(tmp_path))  # other tests leave guides of theirs in the shared one

    def page() -> None:
        import streamlit as st

        from lwise_core.guides import catalog
        from pages.parts.session.guides import another_guide

        for guide, name in (("animals16-64", "dog"), ("animals16-64", "house cat"), ("cifar10-32", "ship")):
            found = another_guide(catalog.load(guide), class_name=name)
            st.text(found.name if found is not None else "none")

    at = AppTest.from_function(page, default_timeout=60).run()
    assert not at.exception, at.exception
    assert [t.value for t in at.text] == ["animals16-128", "animals16-128", "none"]  # two know ships, both unfit


def test_a_link_restores_sample_class_epsilon_tab_and_layer() -> None:
    app = AppTest.from_file(str(ROOT / "pages" / "main.py"), default_timeout=280)
    link = {"sample": "cat", "guide": "animals16-64", "step": "3", "tab": OPINIONS, "layer": "Support"}
    for name, value in link.items():
        app.query_params[name] = value
    app.switch_page("inspection.py")
    settled(app.run())
    assert [t.label for t in app.tabs] == [CHANGE, ATTRIBUTIONS, COUNTER, OPINIONS]
    assert app.dataframe  # what other guides say
    assert app.session_state["desk"].desk.case.step == 3
    assert {name: app.query_params[name] for name in link} == link
