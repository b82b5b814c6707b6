"""Every form on every page, found by walking the pages: nonsense in any field is a clear no that changes nothing."""
