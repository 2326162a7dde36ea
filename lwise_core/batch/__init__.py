"""Whole data sets, resumable: scored, enhanced or inspected by many workers."""
