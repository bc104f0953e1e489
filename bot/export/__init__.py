"""The guide and the crossings as files for whom Telegram does not reach: one page a language, and a site."""
