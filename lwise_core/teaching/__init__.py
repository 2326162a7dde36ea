"""Courses from their design to the records of those who sit them, and lessons."""
