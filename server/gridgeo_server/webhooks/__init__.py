"""Events of cases told to other systems: signed, at least once, in their order, never to an address of the inside."""
