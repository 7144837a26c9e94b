"""Chats, reviews and their settings over HTTP: parse, one command or query, shape the answer."""
