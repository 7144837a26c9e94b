"""The one public door: sign-in, roles, routing, limits."""
