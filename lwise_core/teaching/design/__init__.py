"""What a course shows to whom: schedules, sampled trials, staircases, timing."""
