"""Weights that others have published: their names, addresses, licences and classes.

Addresses, licences and sizes are as their publishers state them; none of these files ships with the product. Where no
checksum is published, that of the first download is recorded and holds from then on.
"""

from __future__ import annotations

from dataclasses import dataclass

from lwise_core.guides.guide import Domain


@dataclass(frozen=True)
class Published:
    """One published guide.

    ``file`` is the weight file's name; ``archive`` tells that ``address`` is a zip file that holds it. ``architecture``
    is timm's name. ``classes`` None means ImageNet's. ``training_epsilon`` is the L2 budget at ``input_size`` px.
    ``remark`` says what could not be verified.
    """

    name: str
    title: str
    address: str
    file: str
    licence: str
    source: str
    domain: Domain
    training_epsilon: float
    archive: bool = False
    architecture: str | None = "resnet50"
    input_size: int = 224
    classes: tuple[str, ...] | None = None
    sha256: str | None = None
    remark: str = ""


_LWISE = "https://github.com/MorganBDT/L-WISE/releases/download/v1.0.0/L-Wise_ckpts.zip"
_LWISE_LICENCE = "MIT, as the L-WISE repository states"
_LWISE_SOURCE = "L-WISE release v1.0.0 (Talbot et al., ICLR 2025)"
_LWISE_REMARK = "All guides of this release come in one archive, which is fetched once; no checksum is published."

PUBLISHED = (
    Published(
        name="lwise-imagenet-eps3",
        title="L-WISE: ImageNet, ε 3",
        address=_LWISE,
        file="ImageNet_eps3.pt",
        archive=True,
        licence=_LWISE_LICENCE,
        source=_LWISE_SOURCE,
        domain=Domain.NATURAL,
        training_epsilon=3.0,
        remark=_LWISE_REMARK,
    ),
    Published(
        name="lwise-idaea4-eps1",
        title="L-WISE: four Idaea moths, ε 1",
        address=_LWISE,
        file="idaea4_eps1.pt",
        archive=True,
        licence=_LWISE_LICENCE,
        source=_LWISE_SOURCE,
        domain=Domain.FINE_GRAINED,
        training_epsilon=1.0,
        classes=("Idaea aversata", "Idaea biselata", "Idaea seriata", "Idaea tacturata"),
        remark=_LWISE_REMARK,
    ),
    Published(
        name="lwise-ham10000-eps1",
        title="L-WISE: dermoscopy (HAM10000), ε 1",
        address=_LWISE,
        file="HAM10000_eps1.pt",
        archive=True,
        licence=_LWISE_LICENCE,
        source=_LWISE_SOURCE,
        domain=Domain.MEDICAL,
        training_epsilon=1.0,
        classes=(
            "actinic keratosis",
            "basal cell carcinoma",
            "benign keratosis",
            "dermatofibroma",
            "melanoma",
            "benign mole",
            "vascular lesion",
        ),
        remark=_LWISE_REMARK,
    ),
    Published(
        name="lwise-mhist-eps1",
        title="L-WISE: colorectal polyps (MHIST), ε 1",
        address=_LWISE,
        file="mhist_eps1.pt",
        archive=True,
        licence=_LWISE_LICENCE,
        source=_LWISE_SOURCE,
        domain=Domain.MEDICAL,
        training_epsilon=1.0,
        classes=("hyperplastic polyp", "sessile serrated adenoma"),
        remark=_LWISE_REMARK,
    ),
    Published(
        name="madry-imagenet-l2-eps3",
        title="MadryLab robustness: ImageNet, L2 ε 3",
        address="https://www.dropbox.com/s/knf4uimlqsi1yz8/imagenet_l2_3_0.pt?dl=1",
        file="imagenet_l2_3_0.pt",
        licence="not stated with the file; the robustness library is MIT",
        source="robustness library (Engstrom et al., 2019): 57.9% clean, 35.2% at ε 3, as its authors report",
        domain=Domain.NATURAL,
        training_epsilon=3.0,
        remark="No checksum is published.",
    ),
    Published(
        name="salman-imagenet-l2-eps3",
        title="Robust ImageNet models: ResNet-50, L2 ε 3",
        address="https://huggingface.co/madrylab/robust-imagenet-models/resolve/main/resnet50_l2_eps3.ckpt",
        file="resnet50_l2_eps3.ckpt",
        licence="MIT, as others state of that repository",
        source="“Do Adversarially Robust ImageNet Models Transfer Better?” (Salman et al., 2020): 62.8% clean, as its "
        "authors report",
        domain=Domain.NATURAL,
        training_epsilon=3.0,
        remark="No checksum is recorded here; licence seen second-hand only.",
    ),
)
