"""Where visitors' pictures are decoded: in processes that are ended when a file takes too long."""

from __future__ import annotations

import atexit
from functools import cache

from lwise_core.images.codec import Photograph
from lwise_core.images.decode_pool import DecodePool


def open_upload(data: bytes, *, name: str) -> Photograph:
    """Return the photograph in ``data``, decoded where it keeps nobody else waiting.

    Raises:
        ImageRejected: It is not acceptable, or took too long; the message is one sentence.
    """
    return decode_pool().open(data, name=name)


@cache
def decode_pool() -> DecodePool:
    """Return the processes that decode for this one."""
    pool = DecodePool()
    atexit.register(pool.close)
    return pool
