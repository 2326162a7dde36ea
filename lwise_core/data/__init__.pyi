from .entries import Labels as Labels
from .entries import PictureSet as PictureSet
from .object_storage import remote_set as remote_set
from .picture_sets import picture_set as picture_set
from .samples import SAMPLES as SAMPLES
from .training_images import LabelledImages as LabelledImages
from .training_images import read_images as read_images

__all__ = [
    "SAMPLES",
    "LabelledImages",
    "Labels",
    "PictureSet",
    "picture_set",
    "read_images",
    "remote_set",
]
