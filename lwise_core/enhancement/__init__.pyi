from .export import Export as Export
from .export import Intent as Intent
from .export import export as export
from .objectives import OBJECTIVES as OBJECTIVES
from .objectives import Objective as Objective
from .objectives import objective_named as objective_named
from .path import Enhancement as Enhancement
from .path import EnhancementPath as EnhancementPath
from .path import PathRequest as PathRequest
from .path import enhance as enhance
from .path import walk as walk
from .photograph_path import EnhancedPhotograph as EnhancedPhotograph
from .photograph_path import PhotographPath as PhotographPath
from .rendering import CroppedPhotograph as CroppedPhotograph
from .rendering import Extent as Extent
from .rendering import render as render

__all__ = [
    "OBJECTIVES",
    "CroppedPhotograph",
    "EnhancedPhotograph",
    "Enhancement",
    "EnhancementPath",
    "Export",
    "Extent",
    "Intent",
    "Objective",
    "PathRequest",
    "PhotographPath",
    "enhance",
    "export",
    "objective_named",
    "render",
    "walk",
]
