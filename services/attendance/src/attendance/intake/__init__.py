"""What attendance takes in from files, a module a kind."""
