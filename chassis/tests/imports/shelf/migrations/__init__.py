"""Versions of the shelf's database."""
