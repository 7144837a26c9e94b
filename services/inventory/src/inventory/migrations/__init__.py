"""The tables of inventory, version by version."""
