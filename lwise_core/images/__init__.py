"""From bytes to pixels and back: the only door for image files."""
