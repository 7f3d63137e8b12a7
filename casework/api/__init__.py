"""The REST interface, `/api/v1/`: what scripts, portals and other systems rely on."""
