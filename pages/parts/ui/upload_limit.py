"""How large a file may be that an uploader takes: said once, by the uploader itself, and true of the server too."""

from __future__ import annotations

import math

import streamlit as st


def megabytes(most_bytes: int) -> int:
    """Return for an uploader how many megabytes a file may have that is read up to ``most_bytes``.

    The server takes no more than its own ``server.maxUploadSize`` in one file, whatever is read.
    """
    return min(int(st.get_option("server.maxUploadSize")), math.ceil(most_bytes / 1e6))
