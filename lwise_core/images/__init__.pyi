from .codec import ImageRejected as ImageRejected
from .codec import Photograph as Photograph
from .codec import encode_png as encode_png
from .codec import open_photograph as open_photograph
from .codec import preview as preview
from .geometry import Crop as Crop
from .opening import open_image as open_image

__all__ = [
    "Crop",
    "ImageRejected",
    "Photograph",
    "encode_png",
    "open_image",
    "open_photograph",
    "preview",
]
