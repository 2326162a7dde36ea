"""What the pages of the documentation say of the repository: every file that they link to is there."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
    + [p for p in (ROOT / "docs").rglob("*.md") if not {"_build", "modules"} & set(p.parts)]
)
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_file_that_a_page_links_to_is_there(page: Path) -> None:
    targets = [urlsplit(link) for link in LINK.findall(page.read_text(encoding="utf-8"))]
    missing = [t.path for t in targets if not t.scheme and t.path and not (page.parent / t.path).exists()]
    assert missing == []


def test_every_page_is_reached_from_the_index() -> None:
    reached, waiting = set[Path](), [ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        for block in re.findall(r"```\{toctree\}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            names = [re.sub(r".*<(.*)>", r"\1", line) for line in block.splitlines() if line and line[0] != ":"]
            waiting += [page.parent / f"{name}.md" for name in names if not name.startswith(("modules/", "notebook/"))]
    assert [p for p in PAGES if p.parent != ROOT and p not in reached] == []
