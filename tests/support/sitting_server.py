"""Serves what running courses ask for, and nothing else, as a process of its own that a test may kill."""

from __future__ import annotations

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from pages.parts.courses.routes import API, app

if __name__ == "__main__":
    uvicorn.run(Starlette(routes=[Mount(API, app=app)]), port=int(sys.argv[1]), log_level="warning")
