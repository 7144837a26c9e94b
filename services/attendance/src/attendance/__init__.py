"""People and their time: who works here, where, as what, and until when."""
