"""The launcher of `make demo` and the servers of the tests. Nothing here is part of the portal in production."""
