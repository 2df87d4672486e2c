"""What the chapter `notebooks/forecasting.ipynb` brings besides its own cells."""
