"""In which form of Unicode a text is written, by how it begins."""

from __future__ import annotations

_MARKED = (
    (b"\xff\xfe\0\0", "utf-32"),  # before UTF-16's, with which it begins
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_LOOKED_AT = 200  # bytes


def encoding_of(begin: bytes) -> str:
    """Return the encoding of a text that begins so: by its mark, or by the zeros in it; UTF-8 for all others."""
    marked = next((encoding for mark, encoding in _MARKED if begin.startswith(mark)), None)
    if marked is not None:
        return marked
    even, odd = begin[:_LOOKED_AT:2], begin[1:_LOOKED_AT:2]
    if odd and not any(odd) and any(even):
        return "utf-16-le"
    return "utf-16-be" if even and not any(even) and any(odd) else "utf-8-sig"
