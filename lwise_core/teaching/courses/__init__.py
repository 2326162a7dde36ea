"""Courses as folders: built, read, sat and exported."""
