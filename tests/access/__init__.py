"""Who may see and do what: swept over every address of the URLconf."""
