"""Who may do what: roles, API keys, and the guard that reads them from a request."""
