"""Acts that change state; they never commit."""
