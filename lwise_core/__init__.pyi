from ._utils.errors import LWiseError as LWiseError
from .api import Difficulty as Difficulty
from .api import EnhancedPhotograph as EnhancedPhotograph
from .api import EnhancementPath as EnhancementPath
from .api import Guide as Guide
from .api import Photograph as Photograph
from .api import PhotographPath as PhotographPath
from .api import attribute as attribute
from .api import download_guide as download_guide
from .api import enhance as enhance
from .api import enhance_folder as enhance_folder
from .api import group_classes as group_classes
from .api import inspect as inspect
from .api import inspect_pair as inspect_pair
from .api import list_guides as list_guides
from .api import load_guide as load_guide
from .api import open_image as open_image
from .api import score as score
from .api import score_folder as score_folder
from .api import wobble as wobble

__version__: str

__all__ = [
    "Difficulty",
    "EnhancedPhotograph",
    "EnhancementPath",
    "Guide",
    "LWiseError",
    "Photograph",
    "PhotographPath",
    "__version__",
    "attribute",
    "download_guide",
    "enhance",
    "enhance_folder",
    "group_classes",
    "inspect",
    "inspect_pair",
    "list_guides",
    "load_guide",
    "open_image",
    "score",
    "score_folder",
    "wobble",
]
