"""Files with rows that people bring: read, and everything that is wrong with them named by row and column."""
