"""`make bench`: how fast the portal is, as ratios to floors that the same run measures on the same servers.

An absolute time says nothing on a machine that is shared. So every figure stands beside what the machine can do at
all: hand-written SQL, a bare Django view of a hundred rows, a bare Django view that locks a row and inserts one.
"""
