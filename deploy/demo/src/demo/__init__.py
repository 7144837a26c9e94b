"""The demo month: a department of 24 people, its orders, chats, reviews, punches, leave and stock counts."""
