from .accuracy import accuracies as accuracies
from .comparisons import comparisons as comparisons
from .error_agreement import error_agreement as error_agreement
from .from_records import responses_in as responses_in
from .human_errors import read_human_errors as read_human_errors
from .mixed_model import mixed_model as mixed_model
from .power import people_needed as people_needed
from .preregistration import preregistration_of as preregistration_of
from .ranked_pictures import read_ranked_pictures as read_ranked_pictures
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
    "error_agreement",
    "mixed_model",
    "people_needed",
    "preregistration_of",
    "read_csv",
    "read_human_errors",
    "read_ranked_pictures",
    "rehearse",
    "responses_in",
    "simulate",
    "simulate_group",
    "to_be_shown",
]
