"""Cases: reported at a place, sent to an officer, followed until closed."""
