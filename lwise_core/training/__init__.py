"""Training and measuring a guide."""
