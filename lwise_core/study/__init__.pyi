from .accuracy import accuracies as accuracies
from .comparisons import comparisons as comparisons
from .from_records import responses_in as responses_in
from .mixed_model import mixed_model as mixed_model
from .power import people_needed as people_needed
from .response_files import read_csv as read_csv
from .responses import Responses as Responses
from .simulated_learners import simulate as simulate
from .simulated_learners import simulate_group as simulate_group
from .simulated_learners import to_be_shown as to_be_shown
from .simulation import rehearse as rehearse

__all__ = [
    "Responses",
    "accuracies",
    "comparisons",
    "mixed_model",
    "people_needed",
    "read_csv",
    "rehearse",
    "responses_in",
    "simulate",
    "simulate_group",
    "to_be_shown",
]
