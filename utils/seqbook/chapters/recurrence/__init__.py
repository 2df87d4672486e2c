"""What the chapter `notebooks/recurrence.ipynb` brings besides its own cells."""
