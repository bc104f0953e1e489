"""What our messages say: decisions of the domain put into words and buttons. Nothing here does I/O."""
