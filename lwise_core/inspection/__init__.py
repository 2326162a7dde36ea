"""How far to trust a change: where it is, where the class was, and which indicators speak."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
