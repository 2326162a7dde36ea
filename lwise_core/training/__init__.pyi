from .attacks import Attack as Attack
from .evaluation import Evaluation as Evaluation
from .export_guide import publish as publish
from .recipes import PRESETS as PRESETS
from .recipes import Recipe as Recipe
from .trainer import Trainer as Trainer

__all__ = [
    "PRESETS",
    "Attack",
    "Evaluation",
    "Recipe",
    "Trainer",
    "publish",
]
