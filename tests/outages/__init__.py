"""What the product does while something it needs is down, silent or full."""
