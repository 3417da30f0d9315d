# virga's `aws` for Nushell: typed results under the name that everybody types.
# Needs the plugin: plugin add nu_plugin_virga; plugin use virga

# AWS commands with typed results
@search-terms cloud amazon virga
export def --wrapped aws [
  ...args: string # service, operation, then --parameters
]: any -> any { virga aws ...$args }
