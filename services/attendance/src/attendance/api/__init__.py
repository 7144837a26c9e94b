"""The HTTP of attendance, a module a subject."""
