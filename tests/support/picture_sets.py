"""Archives and dirmaps of toy folders, and what a set lists."""

from __future__ import annotations

import zipfile
from pathlib import Path

from lwise_core.data.entries import PictureEntry, PictureSet


def zip_of(root: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(root.rglob("*.png")):
            archive.write(file, file.relative_to(root).as_posix())
    return target


def dirmap_of(root: Path) -> Path:
    rows = [(f.parent.parent.name, f.parent.name, f.relative_to(root).as_posix()) for f in root.rglob("*.png")]
    file = root / "dirmap.csv"
    file.write_text("split,class,im_path\n" + "".join(",".join(r) + "\n" for r in sorted(rows)))
    return file


def listed(pictures: PictureSet) -> list[PictureEntry]:
    return [e for e in pictures.entries() if isinstance(e, PictureEntry)]


def passed_over(pictures: PictureSet) -> list[str]:
    return [e for e in pictures.entries() if isinstance(e, str)]
