"""What becomes of a contract after it is signed: its end moves, it is voided, another one renews it (DOMAIN.md §2).

It touches sessions, reviews and rates, so it stands in the highest app.
"""
