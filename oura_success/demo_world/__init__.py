"""An invented world for the demonstration: people, customers, contracts, rates, months of meetings.

Everything is done by the domain's own functions, each act at the moment at which a person would have done it, so that
the ledger, the histories and the overage are as real as in production. The same seed tells the same story; only the
dates follow the day on which it is loaded. All names are invented, all addresses end in `.example`.
"""
