"""Dated steps that make and change the tables of orders."""
