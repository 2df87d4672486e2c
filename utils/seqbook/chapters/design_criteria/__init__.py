"""What the chapter `notebooks/design_criteria.ipynb` brings besides its own cells."""
