"""Settings of the documentation. `make docs` builds it into docs/_build, with warnings as errors, without network."""

from __future__ import annotations

import os
from pathlib import Path

from lwise_core import __version__

# The notebook's kernel finds the library, and leaves nothing in the user's folders.
_HERE = Path(__file__).resolve().parent
os.environ |= {"PYTHONPATH": str(_HERE.parent), "LWISE_HOME": str(_HERE / "_build" / "home")}

project = "L-WISE Studio"
author = "the authors of L-WISE Studio"
project_copyright = author
version = release = __version__
language = "en-GB"

extensions = [
    "sphinx.ext.apidoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "myst_nb",
    "docs.extensions.builtin_names",
    "docs.extensions.linked_names",
    "docs.extensions.mathml",
]
exclude_patterns = ["_build"]

apidoc_modules = [
    {
        "path": "../lwise_core",
        "destination": "reference/modules",
        "exclude_patterns": ["**/_utils*", "**/migrations*", "**/cli*", "**/__main__.py"],
        "separate_modules": True,
        "module_first": True,
    },
]
autodoc_default_options = {
    "members": True,
    "show-inheritance": True,
    "member-order": "bysource",
    "ignore-module-all": True,  # each name once, where it is defined
    "exclude-members": "cache_ok, metadata",  # documented by SQLAlchemy, with references to its own pages
}
add_module_names = False
autodoc_inherit_docstrings = False
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False

myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300

html_theme = "pydata_sphinx_theme"
html_theme_options = {
    "logo": {"text": "L-WISE Studio"},
    "navbar_end": ["theme-switcher"],
    "header_links_before_dropdown": 7,
    "show_prev_next": False,
    "collapse_navigation": True,  # every page would hold the whole tree of the API reference
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_static_path = ["static"]
html_css_files = ["formulas.css"]
html_sidebars = {page.stem: [] for page in _HERE.glob("*.md")} | {"notebook/*": []}  # nothing below them
html_title = "L-WISE Studio"
html_logo = "../assets/icon.svg"
html_favicon = "../assets/icon.svg"
html_math_renderer = "mathml"
html_show_sourcelink = False
html_copy_source = False
