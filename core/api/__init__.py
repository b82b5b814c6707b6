"""What every call of the API shares: how requests are read, lists are paged and errors are said."""
