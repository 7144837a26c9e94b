"""What survives when everything that can be killed is killed."""
