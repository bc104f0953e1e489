"""What happens at the border: the catalogue of crossings, reports, and what can honestly be said from them."""
