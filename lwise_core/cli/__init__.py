"""The shell: ``python -m lwise_core``."""
