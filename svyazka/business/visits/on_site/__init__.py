"""Work without signal: what phones did meanwhile is taken over, once, in order, with nothing of it lost."""
