"""What came of a study, by people: gains, comparisons, power, and simulated learners."""
