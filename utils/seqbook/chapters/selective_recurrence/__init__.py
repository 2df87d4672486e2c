"""What the chapter `notebooks/selective_recurrence.ipynb` brings besides its own cells."""
