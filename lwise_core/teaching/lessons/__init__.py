"""Lessons of ranked photographs: slide show, handout and quick course."""
