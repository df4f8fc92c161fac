"""Reading what O*NET and ESCO publish of occupations and the skills that these ask for."""
