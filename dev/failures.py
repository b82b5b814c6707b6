"""What went wrong, as one sentence for the person at the terminal."""


class LauncherError(Exception):
    """The launcher cannot go on. Its text is one sentence: what is wrong and what to do."""
