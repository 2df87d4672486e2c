"""What the chapter `notebooks/cnn_vs_vit.ipynb` brings besides its own cells."""
