"""Orders as a shop exports them, a row a line: checked as a whole, then written as a whole or not at all.

A row finds its order by the customer's name and the order's number. What is here already is not written again, so that
the same file can be imported twice; it may bring the day of receipt that was not known before.
"""
