"""Peak memory of one enhancement in a process of its own: `python -m benchmarks.memory resnet50 ours 20`."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass

import typer

from benchmarks.ours import Engine
from benchmarks.peers import PEERS
from benchmarks.resident import forget_peak, resident_now, resident_peak
from benchmarks.tasks import GUIDES, task_for


@dataclass(frozen=True)
class Peak:
    """Resident memory in MiB: held when everything was loaded, and the most held during the job."""

    loaded: float
    job: float


def peak_of(guide: str, who: str, *, epsilon_224: float) -> Peak:
    """Return the peak of ``who`` (“ours” or a peer) enhancing one image with ``guide``, in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.memory", guide, who, str(epsilon_224)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own module
    return Peak(**json.loads(answer.stdout.splitlines()[-1]))


def main(guide: str, who: str, epsilon_224: float) -> None:
    """Print the peak of WHO enhancing one image with GUIDE, as JSON."""
    task = task_for(GUIDES[guide](), images=1, epsilon_224=epsilon_224)
    run = Engine.of(task.guide).enhance(task) if who == "ours" else PEERS[who](task)
    loaded = resident_now()
    forget_peak()
    run()
    print(json.dumps(asdict(Peak(loaded=loaded, job=resident_peak()))))


if __name__ == "__main__":
    typer.run(main)
