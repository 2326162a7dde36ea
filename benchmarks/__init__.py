"""Measurements: what the cards and the documentation say is measured here, by one command each."""
