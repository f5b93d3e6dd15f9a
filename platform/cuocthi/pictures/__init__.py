"""Pictures that texts show: taken once, made small, stripped of everything but what is seen."""
