"""What a local map is made of: the councils of England with care duties, and the map of one of them over the national one."""
