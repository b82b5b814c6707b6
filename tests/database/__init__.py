"""What the database refuses, whoever writes: raw SQL as the application's role, and as the owner of the tables."""
