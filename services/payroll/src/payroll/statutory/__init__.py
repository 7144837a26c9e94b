"""What the law fixes: dated values with the reference someone can open and how far it is established."""
