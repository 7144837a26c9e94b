"""Acts that change state, a module a subject; none of them commits."""
