"""Who answered what: records in SQLite or PostgreSQL."""
