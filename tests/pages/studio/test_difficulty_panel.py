"""The difficulty panel's wobble: nothing until it is asked for, then the core's own sentence."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from lwise_core.data.samples import SAMPLES, photograph_of
from lwise_core.guides import catalog
from lwise_core.guides.wobble import Wobble

CAT = SAMPLES[0]


def test_the_wobble_is_shown_where_it_is_asked_for() -> None:
    def page() -> None:
        from lwise_core.data.samples import SAMPLES, photograph_of
        from lwise_core.guides import catalog
        from pages.parts.session.case import Case
        from pages.parts.studio.difficulty_panel import wobble_panel

        cat = SAMPLES[0]
        case = Case.new(photograph_of(cat), guide="phantom4-64", sample=cat)
        wobble_panel(case, catalog.load("phantom4-64"), class_name="barred forktail")

    at = AppTest.from_function(page, default_timeout=60).run()
    assert not at.exception
    assert not at.markdown
    at.toggle[0].set_value(True).run()
    guide = catalog.load("phantom4-64")
    wobble = Wobble.of(guide, CAT.crop.of(photograph_of(CAT).pixels), target=guide.class_index("barred forktail"))
    assert [m.value.replace("\\", "") for m in at.markdown] == [str(wobble)]
