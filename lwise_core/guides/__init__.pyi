from .catalog import Catalog as Catalog
from .catalog import GuideEntry as GuideEntry
from .catalog import GuideUnavailable as GuideUnavailable
from .catalog import entries as entries
from .catalog import here as here
from .catalog import load as load
from .checkpoints import build_guide as build_guide
from .checkpoints import read_weights as read_weights
from .class_groups import ClassGroups as ClassGroups
from .class_groups import class_groups_at as class_groups_at
from .difficulty import Difficulty as Difficulty
from .difficulty import difficulty_of as difficulty_of
from .difficulty import score as score
from .grouped_guide import grouped as grouped
from .guide import Domain as Domain
from .guide import EpsilonScale as EpsilonScale
from .guide import GuideModel as GuideModel
from .references import References as References
from .second_guide import second_guide as second_guide

__all__ = [
    "Catalog",
    "ClassGroups",
    "Difficulty",
    "Domain",
    "EpsilonScale",
    "GuideEntry",
    "GuideModel",
    "GuideUnavailable",
    "References",
    "build_guide",
    "class_groups_at",
    "difficulty_of",
    "entries",
    "grouped",
    "here",
    "load",
    "read_weights",
    "score",
    "second_guide",
]
