# virga's `aws` for Nushell: typed results and completion under the name that everybody types.
# Needs the plugin: plugin add nu_plugin_virga; plugin use virga

def "nu-complete aws" [spans: list<string>]: nothing -> any { virga complete ...$spans }

# AWS commands with typed results
@complete "nu-complete aws"
@search-terms cloud amazon virga
export def --wrapped aws [
  ...args # service, operation, then --parameters
]: any -> any { virga aws ...$args }
