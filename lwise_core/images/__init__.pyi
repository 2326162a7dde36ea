from .alignment import AlignedSquares as AlignedSquares
from .alignment import NotAPair as NotAPair
from .alignment import aligned as aligned
from .codec import ImageRejected as ImageRejected
from .codec import Photograph as Photograph
from .codec import encode_png as encode_png
from .codec import open_photograph as open_photograph
from .codec import preview as preview
from .geometry import Crop as Crop
from .opening import open_image as open_image

__all__ = [
    "AlignedSquares",
    "Crop",
    "ImageRejected",
    "NotAPair",
    "Photograph",
    "aligned",
    "encode_png",
    "open_image",
    "open_photograph",
    "preview",
]
