"""Labelled pictures, wherever they lie: folders, archives, dirmap CSVs, object storage, and the phantom."""
