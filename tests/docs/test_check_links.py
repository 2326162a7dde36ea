from __future__ import annotations

from pathlib import Path

import pytest

from docs.check_links import faults, main


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text('<a href="sub/page.html#here">page</a> <a href="https://example.org">far</a>')
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "page.html").write_text('<p id="here"></p> <a href="#here">up</a> <img src="../picture.png">')
    (tmp_path / "picture.png").write_bytes(b"picture")
    return tmp_path


def test_a_whole_site_has_no_faults(site: Path) -> None:
    assert list(faults(site)) == []
    assert main(site) == 0


@pytest.mark.parametrize(
    ("markup", "sentence"),
    [
        ('<a href="gone.html">', "new.html links to gone.html, which is not there."),
        ('<a href="sub/page.html#gone">', "new.html links to sub/page.html#gone, which is not there."),
        ('<a href="#gone">', "new.html links to #gone, which is not there."),
        ('<a href="../outside.txt">', "new.html links to ../outside.txt, which is not there."),
        ('<img src="gone.png">', "new.html links to gone.png, which is not there."),
        (
            '<script src="https://example.org/x.js">',
            "new.html needs https://example.org/x.js from the network.",
        ),
    ],
)
def test_a_link_that_leads_nowhere_is_named(
    site: Path, markup: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (site.parent / "outside.txt").write_text("exists, but is no part of the site")
    (site / "new.html").write_text(markup)
    assert list(faults(site)) == [sentence]
    assert main(site) == 1
    assert capsys.readouterr().err == f"{sentence}\n"
