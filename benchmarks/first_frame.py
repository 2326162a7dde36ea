"""How soon the slider shows something, for a ResNet-50 at 224 px on the CPU: in exact arithmetic, before any check.

    PYTHONPATH=. python -m benchmarks.first_frame

In the real app, in a headless Chromium: from the moment when the viewer shows the original until it holds the first
step, until every position of the slider shows something, be it a preview, and until it holds all steps. The weights are
seeded ones: the arithmetic is that of a trained network.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from statistics import median

import safetensors.torch
from playwright.sync_api import Page, expect, sync_playwright

from benchmarks.tasks import seeded_resnet50
from lwise_core.data.samples import SAMPLES
from lwise_core.enhancement.fast_twin import TwinCheck, TwinChecks
from lwise_core.guides.catalog import load
from tests.browser.conftest import _FLAGS, _chromium, _served

APP = Path(__file__).parents[1] / "app.py"
NAME = "resnet50-seeded"
TRIES = 3

# The bar under the slider grows with what is computed, and goes when all is.
_WAIT = """async (viewer) => {
    const bar = viewer.querySelector(".reach"), filled = bar.querySelector("div");
    const until = async (holds) => { while (!holds()) await new Promise(requestAnimationFrame); };
    await until(() => viewer.dataset.position !== undefined);
    const began = performance.now();
    await until(() => bar.hidden || parseFloat(filled.style.width) > 0);
    const first = performance.now();
    await until(() => viewer.dataset.shown === viewer.querySelector(".epsilon").max);
    const usable = performance.now();
    await until(() => bar.hidden);
    return [first - began, usable - began, performance.now() - began];
}"""


def write_guide(home: Path) -> None:
    """Put a ResNet-50 with its card among the guides of ``home``."""
    guide = seeded_resnet50()
    weights = safetensors.torch.save({k: v.half() for k, v in guide.network.state_dict().items() if v.dim() > 0})
    card = {
        "name": NAME,
        "architecture": {"class": "resnet50"},
        "input_size": guide.input_size,
        "mean": guide.normaliser.mean.flatten().tolist(),
        "std": guide.normaliser.std.flatten().tolist(),
        "classes": list(guide.classes),
        "domain": "natural",
        "training": {"epsilon": 3.0},
        "weights": {
            "file": "model.safetensors",
            "sha256": hashlib.sha256(weights).hexdigest(),
            "bytes": len(weights),
        },
    }
    folder = home / "models" / NAME
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "card.json").write_text(json.dumps(card))
    # Known not to pass: everything is computed in fp32, as on the very first visit.
    TwinChecks(home / "verdicts").keep(load(NAME), TwinCheck(cosine=0.0, gain_error=1.0, pairs=1))


def waits(page: Page, url: str, *, target: str) -> tuple[float, ...]:
    """Return the seconds until the first step, the whole slider, and all steps are in the browser."""
    page.goto(f"{url}/?sample={SAMPLES[0].key}&guide={NAME}&towards={target}")
    viewer = page.locator(".viewer")
    expect(viewer).to_be_attached()
    return tuple(milliseconds / 1000 for milliseconds in viewer.evaluate(_WAIT))


def main() -> None:
    """Print the three, for some classes: no path is walked twice."""
    expect.set_options(timeout=240_000)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.environ["LWISE_HOME"] = folder
        write_guide(Path(folder))
        browser = playwright.chromium.launch(executable_path=_chromium(), args=[*_FLAGS, "--no-sandbox"])
        with _served(APP, Path(folder) / "app.log") as url:
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            page.set_default_timeout(240_000)
            waits(page, url, target="class 999")  # the first loads the guide
            tries = [waits(page, url, target=f"class {i}") for i in range(TRIES)]
        browser.close()
    for what, seconds in zip(("first step", "whole slider", "all steps"), zip(*tries, strict=True), strict=True):
        print(f"{what}: {median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f}, {len(seconds)} tries)")


if __name__ == "__main__":
    main()
