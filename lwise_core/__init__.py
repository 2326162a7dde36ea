"""L-WISE Studio's library: how hard photographs are for people, and what makes them easier, by robust guide models.

The names below are its front door; each package has a face of its own. Nothing is imported until it is touched.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__all__ += ["__version__"]
