"""The parts of a page that run in the browser: ES modules that this server serves, registered with Streamlit.

Nothing bundles them: what Streamlit gets is a line that imports the module (assets/NAME/index.js) from this server.
Scripts, markup and style are read once, together, when the server starts: where its files are replaced while it runs, a
page would else get scripts of one version and the markup of another.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from lwise_core._utils.assets import asset

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_FOLDERS = ("arrival", "cropper", "gallery", "glimpse", "maps", "packer", "region", "runner", "shared", "viewer")


def module_routes() -> list[Mount]:
    """Return the routes by which this server gives the modules to browsers; nothing else of the assets is served."""
    _as_at_start()
    return [Mount(f"{address()}/{folder}", app=_Modules(directory=asset(folder))) for folder in _FOLDERS]


def component(name: str, *, folder: str, html: str | None = None) -> ComponentRenderer:
    """Register the module ``folder``/index.js as a Streamlit component (version 2) called ``name``.

    Args:
        name: Its name for Streamlit.
        folder: Which module, with a style sheet of the same name beside it.
        html: The path of the asset with its markup; without one the module makes all of it.
    """
    return st.components.v2.component(
        name,
        html=None if html is None else _text(html),
        css="\n".join(_text(sheet) for sheet in ("shared/base.css", f"{folder}/{folder}.css")),
        js=_importing(f"{address()}/{folder}/index.js"),
    )


def address() -> str:
    """Return the path below which this server gives the modules to browsers."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/assets" if base else "/assets"


@cache
def _as_at_start() -> dict[Path, bytes]:
    """Return what lies in the folders of the modules, about a megabyte, as it was when this was called first."""
    found = (file for folder in _FOLDERS for file in asset(folder).resolve().rglob("*") if file.is_file())
    return {file: file.read_bytes() for file in found}


def _text(name: str) -> str:
    return _as_at_start()[asset(name).resolve()].decode("utf-8")


def _importing(path: str) -> str:
    # Streamlit runs this from a blob, which has no address that a relative one could follow. Without the second line it
    # would take it for the name of a file.
    return f'const module = await import(new URL("{path}", location.href).href);\nexport default module.default;'


class _Modules(StaticFiles):
    """A folder of modules. Browsers ask every time whether one has changed: two versions never meet on a page."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,  # noqa: ARG002 - of the file as it lies on the disk now
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        data = _as_at_start().get(Path(full_path))
        if data is None:  # it came later, with another version
            return Response(status_code=404)
        response = Response(data, status_code, media_type=guess_type(full_path)[0])
        response.headers["ETag"] = f'"{hashlib.sha256(data).hexdigest()}"'
        response.headers["Cache-Control"] = "no-cache"
        return (
            NotModifiedResponse(response.headers)
            if self.is_not_modified(response.headers, Headers(scope=scope))
            else response
        )
