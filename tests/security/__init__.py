"""What outsiders, forgers and the wrong people get of the running product: nothing."""
