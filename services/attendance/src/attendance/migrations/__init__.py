"""The history of attendance's tables."""
