"""What happens at the border: the catalogue, reports, and what can honestly be said from them."""
