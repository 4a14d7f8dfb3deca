from tiny_runs import own_cache as own_cache
