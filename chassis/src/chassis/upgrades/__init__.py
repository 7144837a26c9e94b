"""What came to the chassis' own tables after they were first made, applied in every service's database."""
