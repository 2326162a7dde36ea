from .executors import LocalExecutor as LocalExecutor
from .executors import RayExecutor as RayExecutor
from .job import Job as Job
from .ranking import rank as rank
from .settings import JobError as JobError
from .settings import JobSettings as JobSettings

__all__ = [
    "Job",
    "JobError",
    "JobSettings",
    "LocalExecutor",
    "RayExecutor",
    "rank",
]
