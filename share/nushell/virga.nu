# virga's `aws` for Nushell: typed results and completion of services, operations, flags, values and resource names.
# Needs the plugin: plugin add nu_plugin_virga; plugin use virga

def "nu-complete aws" [spans: list<string>]: nothing -> list { virga complete ...$spans }

# AWS commands with typed results
@complete "nu-complete aws"
@search-terms cloud amazon virga
export def --wrapped aws [
  ...args: string # service, operation, then --parameters
]: any -> any { virga aws ...$args }
