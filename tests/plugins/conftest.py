from plugin_site import build_wheel as build_wheel
from plugin_site import here as here
from plugin_site import site as site
