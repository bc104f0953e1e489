"""The database: engine, tables, the one writer, migrations."""
