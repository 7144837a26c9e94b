"""The history of the example's tables."""
