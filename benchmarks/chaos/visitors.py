"""People who use the pages at once for a while: in Chromium, and as clients of the pages' protocol."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

from playwright.sync_api import BrowserContext, Error, Locator, Page, sync_playwright
from websockets.exceptions import WebSocketException

from benchmarks.chaos.outcome import Broken
from benchmarks.chaos.page_client import page_client
from lwise_core.data.samples import SAMPLES
from tests.browser.conftest import _FLAGS, _chromium

BEGUN, OTHER, COMPUTED = "begun", "other", "computed"
"""Kinds of reaction: until the page first changes where a computation begins, and elsewhere; until it is computed."""

GUIDE = "animals16-64"
_PATIENCE_MS = 180_000
_FOLLOWED_S = 20.0
_LOOKED_AT_S = (1.0, 5.0)  # from what was seen to the next wish
_SORRY = "Something went wrong"
_HEADINGS = ("Models", "Rank", "Learn", "Inspect")

PAGES = tuple(
    (page, query)
    for sample in SAMPLES
    for page, query in (
        ("", f"sample={sample.key}&guide={GUIDE}"),
        ("inspection", f"sample={sample.key}&guide={GUIDE}"),
        *((name, "") for name in ("rank", "models", "learn")),
    )
)
"""Every page that a visitor asks for, with the query of its address; those that compute have one."""


@dataclass(frozen=True)
class Place:
    """A server as visitors reach it; ``certificate`` is the file of a proxy's own."""

    address: str
    certificate: str | None = None


@dataclass
class Seen:
    """What visitors saw: kind of reaction → seconds; sentences about errors, and about tabs that were lost."""

    reactions: dict[str, list[float]] = field(default_factory=lambda: {BEGUN: [], OTHER: [], COMPUTED: []})
    errors: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Visitor:
    """Somebody at a place who goes on until it is ``over``."""

    place: Place
    seen: Seen
    over: Event
    lottery: random.Random

    def browse(self) -> None:
        """Use the pages in a Chromium of one's own."""
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=_chromium(), args=[*_FLAGS, "--no-sandbox"])
            context = chromium.new_context(ignore_https_errors=self.place.certificate is not None)
            context.set_default_timeout(_PATIENCE_MS)
            page = self._new_page(context)
            while not self.over.is_set():
                try:
                    self.wish(page)
                except Error as error:
                    self.seen.lost.append(str(error).splitlines()[0])
                    page.close()
                    page = self._new_page(context)
                self.over.wait(self.lottery.uniform(*_LOOKED_AT_S))
            chromium.close()

    def wish(self, page: Page) -> None:
        """Do one thing: look at a sample in the Studio or on Inspect, or go to another page."""
        sample = self.lottery.choice(SAMPLES).key
        studio, inspect, other = range(3)
        what = self.lottery.choice([studio, inspect, other, other])
        if page.url == "about:blank" or what == inspect:
            self._look_at(page, f"inspection?sample={sample}", computed=page.locator("h4").first)  # the verdict
        elif what == studio:
            self._look_at(page, f"?sample={sample}", computed=page.get_by_text("Download, at ε"))
        else:
            self._go(page, self.lottery.choice(_HEADINGS))
        if page.get_by_text(_SORRY).count():
            self.seen.errors.append(f"{page.url}: {_SORRY}")

    def ask(self) -> None:
        """Use the pages as a client of their protocol, a new tab for every page, and let it follow what is computed."""
        while not self.over.is_set():
            page, query = self.lottery.choice(PAGES)
            try:
                with page_client(self.place.address, certificate=self.place.certificate) as client:
                    drawn = client.open(page, query)
                    self.seen.reactions[BEGUN if query else OTHER].append(drawn.first)
                    client.follow(seconds=_FOLLOWED_S)
                    client.open(page, query)
            except Broken as error:
                (self.seen.lost if "dead" in str(error) else self.seen.errors).append(str(error))
            except (OSError, WebSocketException) as error:
                self.seen.lost.append(f"{type(error).__name__}: {error}")
            self.over.wait(self.lottery.uniform(*_LOOKED_AT_S))

    def _new_page(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: self.seen.lost.append(str(error).splitlines()[0]))
        return page

    def _look_at(self, page: Page, where: str, *, computed: Locator) -> None:
        """Open a page at its address, and time its heading and what it computes."""
        begun = time.monotonic()
        page.goto(f"{self.place.address}/{where}&guide={GUIDE}", wait_until="commit")
        page.locator("h1").first.wait_for()
        self.seen.reactions[BEGUN].append(time.monotonic() - begun)
        computed.wait_for()
        self.seen.reactions[COMPUTED].append(time.monotonic() - begun)

    def _go(self, page: Page, name: str) -> None:
        """Go to another page by its link, and time its heading."""
        begun = time.monotonic()
        page.get_by_role("link", name=name, exact=True).first.click()
        page.get_by_role("heading", name=name, level=1).wait_for()
        self.seen.reactions[OTHER].append(time.monotonic() - begun)


@contextmanager
def visitors(place: Place, seen: Seen, *, browsers: int, clients: int, seed: int) -> Iterator[None]:
    """Let so many people use the pages meanwhile; at the end everybody closes their page."""
    over = Event()
    works: Mapping[str, int] = {"browse": browsers, "ask": clients}
    with ExitStack() as left:
        for name, count in works.items():
            for i in range(count):
                lottery = random.Random(f"{seed} {name} {i}")  # noqa: S311 - wishes, no secrets
                thread = Thread(target=getattr(Visitor(place, seen, over, lottery), name), name=f"{name}-{i}")
                thread.start()
                left.callback(thread.join)
        left.callback(over.set)
        yield
