"""Whole data sets, resumable: scored, enhanced or inspected by many workers."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
