"""How far to trust a change: where it is, where the class was, and which indicators speak."""
