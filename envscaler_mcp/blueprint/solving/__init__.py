"""Who reads an instruction and acts on it without having made it: template agent and independent solver."""
