from .attribution import Attribution as Attribution
from .attribution import AttributionMethod as AttributionMethod
from .attribution import attribute as attribute
from .attribution_methods import METHODS as METHODS
from .examine import Findings as Findings
from .examine import Question as Question
from .examine import examine as examine
from .examine import maps_at as maps_at
from .indicators import Risk as Risk
from .photograph_inspection import InspectedPhotograph as InspectedPhotograph
from .photograph_inspection import PhotographInspection as PhotographInspection
from .regions import Region as Region
from .report import Report as Report

__all__ = [
    "METHODS",
    "Attribution",
    "AttributionMethod",
    "Findings",
    "InspectedPhotograph",
    "PhotographInspection",
    "Question",
    "Region",
    "Report",
    "Risk",
    "attribute",
    "examine",
    "maps_at",
]
