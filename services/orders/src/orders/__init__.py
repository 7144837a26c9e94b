"""Sales: orders from every shop, who sold them, refunds."""
