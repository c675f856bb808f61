"""The map, kept and questioned: stores, snapshots, kernels, analyses and the one service that runs them."""
