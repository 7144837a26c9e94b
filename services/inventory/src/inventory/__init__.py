"""Things: stock, counts, returns."""
