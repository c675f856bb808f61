"""The stores: one module or package each, strangers to one another, all behind the contract in `graph.store`."""
