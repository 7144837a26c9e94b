"""Tries `compose.yaml` from outside: starts it, walks a journey while every container is killed in turn, and judges."""
