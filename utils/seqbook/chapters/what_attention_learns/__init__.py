"""What the chapter `notebooks/what_attention_learns.ipynb` brings besides its own cells."""
