"""Questions that change nothing, a module a subject."""
