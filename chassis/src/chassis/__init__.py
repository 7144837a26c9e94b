"""What every service needs and none may bend: the one transaction, the way of an event, the web factory."""
