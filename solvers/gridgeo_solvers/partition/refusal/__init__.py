"""Why no plan exists: reasons in sentences, the smallest conflict of rules, the nearest plan that breaks some."""
