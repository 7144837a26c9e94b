"""Customers: chats and their clocks, reviews."""
