"""Whole journeys through the gateway: real files and real people's days, compared with calculations of their own."""
