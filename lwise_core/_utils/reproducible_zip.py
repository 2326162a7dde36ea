"""Zip archives whose bytes depend on what is in them alone: no date, no owner, no machine."""

from __future__ import annotations

from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip can hold
_READABLE = 0o644 << 16


def add_file(archive: ZipFile, name: str, content: bytes) -> None:
    """Add a file to ``archive``, compressed unless it is a PNG, which is compressed already."""
    entry = ZipInfo(name, date_time=_EARLIEST)
    entry.external_attr = _READABLE
    archive.writestr(entry, content, compress_type=ZIP_STORED if name.endswith(".png") else ZIP_DEFLATED)
