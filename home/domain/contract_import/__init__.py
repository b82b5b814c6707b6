"""Customers and contracts as a CRM exports them, in one file (docs/contract-import.md).

`reading` turns bytes into rows of text, `columns` knows the columns, `values` reads dates and numbers, `known` asks the
database what is there already, `checking` makes a plan or a list of everything that is wrong, `writing` carries the
plan out, `runs` keeps who imported what, when, and how it ended.
"""
