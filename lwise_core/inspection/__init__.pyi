from .attribution import Attribution as Attribution
from .attribution import AttributionMethod as AttributionMethod
from .attribution import attribute as attribute
from .attribution_methods import METHODS as METHODS
from .attribution_methods import available as available
from .examine import Findings as Findings
from .examine import Question as Question
from .examine import examine as examine
from .examine import maps_at as maps_at
from .indicators import Risk as Risk
from .neighbours import FeatureIndex as FeatureIndex
from .neighbours import Neighbours as Neighbours
from .neighbours import entries_among as entries_among
from .neighbours import indexed as indexed
from .photograph_inspection import InspectedPhotograph as InspectedPhotograph
from .photograph_inspection import PhotographInspection as PhotographInspection
from .picture_pair import InspectedPair as InspectedPair
from .picture_pair import PicturePair as PicturePair
from .regions import Region as Region
from .report import Report as Report
from .sanity_checks import faithfulness as faithfulness
from .sanity_checks import knows_the_weights as knows_the_weights

__all__ = [
    "METHODS",
    "Attribution",
    "AttributionMethod",
    "FeatureIndex",
    "Findings",
    "InspectedPair",
    "InspectedPhotograph",
    "Neighbours",
    "PhotographInspection",
    "PicturePair",
    "Question",
    "Region",
    "Report",
    "Risk",
    "attribute",
    "available",
    "entries_among",
    "examine",
    "faithfulness",
    "indexed",
    "knows_the_weights",
    "maps_at",
]
