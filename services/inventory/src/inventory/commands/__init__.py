"""Acts that change state; none of them commits."""
