"""The worked examples of the domain, told so that a finance person can check them with a pencil."""
