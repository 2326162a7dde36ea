"""The ε-path of a picture, and what is rendered and exported from it."""
