"""The warehouse over HTTP: parse, one command or query, shape the answer."""
