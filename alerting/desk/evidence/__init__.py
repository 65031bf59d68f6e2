"""Evidence packages: what is kept of an event as one signed ZIP that anybody can check without this product."""
