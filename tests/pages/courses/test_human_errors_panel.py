"""People's errors beside a ranking on the Results page, run without a browser."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

RANKING = "picture,robust_gt_logit\n" + "\n".join(f"a/{i}.png,{i / 10}" for i in range(40))
ANSWERS = "picture,right,wrong\n" + "\n".join(f"{i}.png,{10 + i},{50 - i}" for i in range(40))


@pytest.fixture(scope="module")
def page() -> AppTest:
    """The panel alone, opened once: every test brings files of its own."""
    return AppTest.from_string(
        "from pages.parts.courses.human_errors_panel import human_errors_panel\nhuman_errors_panel()",
        default_timeout=60,
    ).run()


def with_files(page: AppTest, ranking: str, answers: str) -> AppTest:
    page.file_uploader(key="errors-ranking").set_value(("results.csv", ranking.encode(), "text/csv"))
    page.file_uploader(key="errors-people").set_value(("people.csv", answers.encode(), "text/csv")).run()
    assert not page.exception, page.exception
    return page


def said(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.warning, *page.error]
    return "\n".join(str(p.value) for p in parts).replace("\\", "")


def test_two_files_give_a_sentence_a_table_and_a_plot(page: AppTest) -> None:
    at = with_files(page, RANKING, ANSWERS)
    assert "People err more where the guide's logit is lower: Spearman's ρ −1.000" in said(at)
    assert "There are only 40 pictures" in said(at)
    assert "40 pictures, 2,400 answers" in said(at)
    (pictures,) = (frame.value for frame in at.dataframe)
    assert "- The guide's **logit**: Spearman's ρ −1.000 (95% −1.000 to −1.000), AUC 0." in said(at)
    assert pictures["errors, %"].is_monotonic_decreasing
    assert len(at.get("plotly_chart")) == 1


def test_the_columns_that_each_file_needs_stand_beside_it(page: AppTest) -> None:
    assert "“picture” and “robust_gt_logit”" in said(page)
    assert "“picture”, “right” and “wrong”" in said(page)


def test_files_that_cannot_be_compared_say_why_and_draw_nothing(page: AppTest) -> None:
    at = with_files(page, RANKING, ANSWERS.replace("picture,", "who,"))
    assert "of no row which picture it is about" in said(at)
    assert not at.dataframe
    at = with_files(page, RANKING, "picture,right,wrong\n1.png,1,1\n")
    assert "1 picture is ranked and has answers" in said(at)
