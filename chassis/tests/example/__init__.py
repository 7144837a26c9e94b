"""A service of three routes that shows what the chassis does for all of them."""
