"""Robust networks, their model cards, and what they say of a picture."""
