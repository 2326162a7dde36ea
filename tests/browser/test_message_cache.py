"""What a page says that it still has, it has when the answer comes: no tab is lost to “Cached ForwardMsg MISS”."""

from __future__ import annotations

import re
import tomllib

from playwright.sync_api import Page

from pages.parts.ui.own_words import LISTED, _with_own_words, script_with_words
from tests.browser.conftest import ROOT

CACHE = re.compile(
    r"\w+=class\{getAge\(.*?,(\w+)=class\{constructor\(\)\{this\.messages=.*?\}\}(?=,\w+=`\(no close)", re.DOTALL
)
NAMES = (
    re.compile(r"(\w+)\.info\(`Caching"),
    re.compile(r"if\((\w+)\(n\)\)throw"),
    re.compile(r"return \w+&&.*?,(\w+)\.decode"),
)
"""What the class of the cache names and does not make: the log, whether something is nothing, the reader."""

MEETS = 30  # runs that may end between what is asked for and what is drawn

# For 0, 1, 2, … runs since a message was used: whether it is listed, and whether it is there so many runs later.
TRIAL = """([code, names, kept, meets]) => {
    const log = { info() {}, error() {} };
    const Cache = new Function(...names, code)(log, (x) => x === undefined, { decode: (x) => x });
    return Array.from({ length: kept + 5 }, (_, unused) => {
        const cache = new Cache();
        cache.maybeCacheMessage({ type: "delta", hash: "a", metadata: { cacheable: true } }, {});
        for (let i = 0; i < unused; i++) cache.incrementRunCount(kept, []);
        const listed = cache.getCachedMessageHashes().includes("a");
        for (let i = 0; i < meets; i++) cache.incrementRunCount(kept, []);
        return [listed, cache.getCachedMessage("a", false) !== undefined];
    });
}"""


def seen(page: Page, script: str) -> list[tuple[bool, bool]]:
    cache = CACHE.search(script)
    assert cache is not None
    names = [found[1] for name in NAMES if (found := name.search(cache[0]))]
    kept = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["global"]["maxCachedMessageAge"]
    return [tuple(pair) for pair in page.evaluate(TRIAL, [f"var {cache[0]}; return {cache[1]}", names, kept, MEETS])]


def test_a_message_that_is_listed_outlasts_the_answer(page: Page) -> None:
    pairs = seen(page, _with_own_words().decode())
    assert all(there for listed, there in pairs if listed)
    assert sum(listed for listed, _ in pairs) == MEETS  # and most of what is drawn again is not sent again


def test_streamlit_lists_what_it_drops_so_that_the_mend_is_needed(page: Page) -> None:
    script = script_with_words()
    assert script is not None
    assert LISTED[0] in script.read_text(encoding="utf-8")
    assert not all(there for listed, there in seen(page, script.read_text(encoding="utf-8")) if listed)
