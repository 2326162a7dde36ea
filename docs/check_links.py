"""Check the links of a built site: every file and every place in it that a page points at is there.

    python -m docs.check_links docs/_build/html

Addresses elsewhere are not fetched, but nothing that a page needs to be shown may lie there: the site works offline.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_NEEDED = {"img": "src", "script": "src", "source": "src", "link": "href"}


@dataclass
class _Page(HTMLParser):
    """The places of a page that can be linked to, its links, and the files that it needs to be shown."""

    places: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    needed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value}
        self.places.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if _NEEDED.get(tag, "") in values:
            self.needed.append(values[_NEEDED[tag]])


def read(file: Path) -> _Page:
    """Return the places and links of an HTML file."""
    page = _Page()
    page.feed(file.read_text(encoding="utf-8"))
    return page


def faults(site: Path) -> Iterator[str]:
    """Yield one sentence for each link in ``site`` that leads nowhere, and for each file needed from elsewhere."""
    site = site.resolve()
    pages = {file: read(file) for file in sorted(site.rglob("*.html")) if "_static" not in file.parts}
    for file, page in pages.items():
        here = file.relative_to(site)
        yield from (f"{here} needs {target} from the network." for target in page.needed if urlsplit(target).netloc)
        for target in page.links + page.needed:
            if not urlsplit(target).scheme and not urlsplit(target).netloc and not _leads(target, file, pages, site):
                yield f"{here} links to {target}, which is not there."


def _leads(target: str, file: Path, pages: dict[Path, _Page], site: Path) -> bool:
    parts = urlsplit(target)
    aim = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    if not parts.fragment or aim not in pages:
        return aim.is_relative_to(site) and aim.exists()
    return unquote(parts.fragment) in pages[aim].places


def main(site: Path) -> int:
    """Print the faults of ``site`` and return 1 if there are any, else 0."""
    found = sorted(set(faults(site)))
    for fault in found:
        sys.stderr.write(f"{fault}\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
