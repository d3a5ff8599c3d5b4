"""Photos of cases: checked by their content, kept as they came, shown as copies that tell nothing but the picture."""
