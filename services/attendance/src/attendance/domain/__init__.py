"""What may stand in the staff directory and how it may change: values in, answer out."""
