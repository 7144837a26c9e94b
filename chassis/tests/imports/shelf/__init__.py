"""A service that takes in boxes and their contents from files, and shows what the import machine does for all."""
