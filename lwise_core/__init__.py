"""L-WISE Studio's library: robust guide models, difficulty, and enhancement along one ε-path."""

__version__ = "0.1.0"
