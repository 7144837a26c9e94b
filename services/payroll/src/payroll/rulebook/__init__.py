"""The rulebook: packs as text, read, typed, compiled and proved by their own examples."""
