"""The words of the project: taxonomy, neighbourhood, inventory, finding, provenance, licence, schema."""
