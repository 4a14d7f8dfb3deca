from plugin_site import build_wheel as build_wheel
from plugin_site import here as here
from plugin_site import site as site
from tiny_runs import own_cache as own_cache
