"""What we never keep: pseudonyms instead of people, retention, redaction of logs."""
