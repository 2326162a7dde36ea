"""Write the fixtures of this folder with the robustness package itself. Run by `make oracle`.

What is real here: the package's own training loop writes the checkpoints (its DataParallel and AttackerModel wrappers,
its optimiser and schedule, its torch.save through dill), its own Attacker makes the enhanced images, and its own
ResNets give the logits. What is ours: a tiny network, because a real one would not fit into the repository, and
pictures drawn by rule.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import types
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).resolve().parent
FIXTURES = HERE / "fixtures"
sys.path.insert(0, str(HERE.parent.parent))

# The package asks for CUDA without need, and for a module that torchvision has since renamed.
nn.Module.cuda = lambda self, *_, **__: self
torch.Tensor.cuda = lambda self, *_, **__: self
utils = types.ModuleType("torchvision.models.utils")
utils.load_state_dict_from_url = torch.hub.load_state_dict_from_url
sys.modules["torchvision.models.utils"] = utils

import dill  # noqa: E402
from cox.utils import Parameters  # noqa: E402
from robustness import defaults, train  # noqa: E402
from robustness.attacker import AttackerModel  # noqa: E402
from robustness.datasets import CIFAR, DataSet  # noqa: E402
from robustness.imagenet_models import resnet  # noqa: E402
from robustness.model_utils import make_and_restore_model  # noqa: E402

from lwise_core.guides.compact_resnet import CompactResNet  # noqa: E402
from tests.oracle.seeded import seeded_state  # noqa: E402

SIDE, CLASSES = 32, 4
STEP = SIDE / 448
EPSILONS_IN_STEPS = (0.5, 1, 1.6, 2, 2.4, 2.6, 5, 8, 12)
MEAN, STD = torch.tensor([0.4914, 0.4822, 0.4465]), torch.tensor([0.2023, 0.1994, 0.2010])


class Latent(CompactResNet):
    """The network as the package wants its own: the forward pass takes three more arguments."""

    def forward(self, x, with_latent=False, fake_relu=False, no_relu=False):  # noqa: ARG002
        return super().forward(x)


def dataset() -> DataSet:
    nothing = {"transform_train": None, "transform_test": None}
    return DataSet("drawn", "", num_classes=CLASSES, mean=MEAN, std=STD, **nothing)


def pictures(count: int, *, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Return pictures of one of four shapes, with saturated corners so that the box clamp has work to do."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE - 0.5
    shapes = [x + y, np.hypot(x, y) * 2 - 0.6, np.sin(14 * x) / 2, np.sin(14 * y) / 2]
    labels = np.arange(count) % CLASSES
    noise = generator.normal(0, 0.15, (count, 3, SIDE, SIDE))
    tint = generator.uniform(0.3, 1.2, (count, 3, 1, 1))
    drawn = np.stack([shapes[i] for i in labels])[:, None] * tint + 0.5 + noise
    # Eight bits, as photographs have; the clip saturates a good share of the values.
    return torch.from_numpy(np.rint(drawn.clip(0, 1) * 255).astype(np.float32) / 255), torch.from_numpy(labels)


def trained(network: nn.Module, *, wrapped: bool, schedule: dict, folder: Path) -> tuple[AttackerModel, Path]:
    """Train for two epochs with the package's own loop and return the model and the file that the loop wrote."""
    model, _ = make_and_restore_model(arch=network, dataset=dataset(), add_custom_forward=wrapped)
    arguments = {"out_dir": str(folder), "adv_train": 1, "constraint": "2", "eps": "0.25", "attack_lr": "0.1"}
    arguments |= {"attack_steps": 2, "epochs": 2, "lr": 0.05, "log_iters": 1, "adv_eval": 0, **schedule}
    filled = Parameters(arguments)
    for wanted in (defaults.TRAINING_ARGS, defaults.PGD_ARGS):
        filled = defaults.check_and_fill_args(filled, wanted, CIFAR)
    filled.mixed_precision = 0
    batches = list(zip(*(t.split(32) for t in pictures(256, seed=1)), strict=True))
    train.train_model(filled, model, (batches, batches[:2]))
    return model.eval(), folder / "checkpoint.pt.latest"


def logit(model, inp, target):
    output = model(inp)
    return -output.gather(1, target[:, None]).squeeze(1), output


def logit_diverge(model, inp, target):
    output = model(inp)
    weights = torch.full_like(output, -1 / (output.shape[1] - 1)).scatter(1, target[:, None], 1.0)
    return -(weights * output).sum(dim=1), output


LOSSES = {"logit": logit, "logit_diverge": logit_diverge, "cross_entropy": None}


def attacked(model: AttackerModel, images: torch.Tensor, targets: torch.Tensor) -> dict[str, np.ndarray]:
    """Return what the package's Attacker makes of ``images``: L-WISE's settings, at the step of this size."""
    results = {}
    for name, loss in LOSSES.items():
        for direction, targeted in (("easier", True), ("harder", False)):
            for steps in EPSILONS_IN_STEPS if targeted else (0.5, 2.6, 8):
                _, result = model(
                    images.clone(),
                    targets,
                    make_adv=True,
                    constraint="2",
                    eps=steps * STEP,
                    step_size=STEP,
                    iterations=max(1, round(steps)),
                    targeted=targeted,
                    custom_loss=loss,
                    use_best=True,
                    random_start=False,
                )
                results[f"{name}/{direction}/{steps:g}"] = result.detach().numpy()
    return results


def holds(file: Path, state: dict[str, torch.Tensor]) -> bool:
    """Tell whether ``file`` holds exactly these weights already."""
    if not file.exists():
        return False
    found = torch.load(file, pickle_module=dill, weights_only=False)["state_dict"]
    return found.keys() == state.keys() and all(torch.equal(found[k], v) for k, v in state.items())


def resnet_logits(arch: str) -> dict:
    """Return keys, shapes and logits of the package's own ``arch`` with weights by rule, inside its AttackerModel."""
    model, _ = make_and_restore_model(arch=getattr(resnet, arch)(), dataset=dataset())
    shapes = {k: tuple(v.shape) for k, v in model.state_dict().items()}
    named = {k.removeprefix("model."): s for k, s in shapes.items() if k.startswith("model.") and s}
    weights = {k: torch.from_numpy(v) for k, v in seeded_state(named).items()}
    model.model.load_state_dict(weights, strict=False)
    images, _ = pictures(2, seed=3)
    with torch.no_grad():
        logits, _ = model.eval()(images)
    return {"shapes": shapes, "logits": logits.numpy()}


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    FIXTURES.mkdir(exist_ok=True)
    scratch = Path(tempfile.mkdtemp())
    arrays: dict[str, np.ndarray] = {}
    images, targets = pictures(2, seed=2)
    targets = torch.tensor([1, 3])  # not what they show
    arrays |= {"images": images.numpy(), "targets": targets.numpy(), "mean": MEAN.numpy(), "std": STD.numpy()}

    # Today's layout, through the package's wrapper for foreign networks: `model` and a prefix more. The cyclic
    # schedule leaves numpy's numbers in the optimiser's state.
    plain = CompactResNet(width=4, num_classes=CLASSES, stem_stride=1)
    cyclic = {"custom_lr_multiplier": "cyclic"}
    model, written = trained(plain, wrapped=True, schedule=cyclic, folder=scratch)
    shutil.copy(written, FIXTURES / "robustness.pt")
    with torch.no_grad():
        arrays["logits"] = model(images)[0].numpy()

    # The layout of 2019: `state_dict`, and torch's format from before the zip file.
    narrow = Latent(width=2, num_classes=CLASSES, stem_stride=2)
    old, written = trained(narrow, wrapped=False, schedule={"step_lr": 1}, folder=scratch)
    loaded = torch.load(written, pickle_module=dill, weights_only=False)
    loaded["state_dict"] = loaded.pop("model")
    legacy = FIXTURES / "robustness_legacy.pt"
    if not holds(legacy, loaded["state_dict"]):  # this format names weights by their address, anew in every run
        torch.save(loaded, legacy, pickle_module=dill, _use_new_zipfile_serialization=False)
    with torch.no_grad():
        arrays["legacy_logits"] = old(images)[0].numpy()

    # A file that pickles a function, as schedules of one's own do: not readable without running what is inside.
    loaded["schedule"] = {"lr_lambdas": [lambda epoch: 0.9**epoch]}
    dill.settings["recurse"] = True  # else it takes this whole script along
    torch.save(loaded, FIXTURES / "robustness_with_schedule_object.pt", pickle_module=dill)

    arrays |= attacked(model, images, targets)
    shapes = {}
    for arch in ("resnet18", "resnet50"):
        found = resnet_logits(arch)
        shapes[arch] = found["shapes"]
        arrays[f"{arch}_logits"] = found["logits"]
    arrays["resnet_images"] = pictures(2, seed=3)[0].numpy()
    np.savez_compressed(FIXTURES / "expected.npz", **arrays)
    (FIXTURES / "resnet_shapes.json").write_text(json.dumps(shapes, separators=(",", ":")) + "\n")
    shutil.rmtree(scratch)
    for file in sorted(FIXTURES.iterdir()):
        print(f"{file.stat().st_size:>9,} bytes  {file.name}")


if __name__ == "__main__":
    main()
