"""Plans: drafted, proposed, consulted on, approved, put in force area by area, retired; and who owned what when."""
