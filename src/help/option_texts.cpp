// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "help/sections.hpp"

// What the models do not say: options that all operations share, and those that the command line
// adds to single operations.
namespace virga::help {
namespace {

struct Row {
  std::string_view service;    ///< empty: any
  std::string_view operation;  ///< empty: any
  std::string_view name;
  std::string_view text;
};

constexpr auto k_arguments = std::to_array<Row>({
    {"",
     "",
     "cli-input-json",
     "Reads the parameters from JSON, as `--generate-cli-skeleton` prints it: a text, "
     "`file://PATH`, "
     "or `file:///dev/stdin`. Options of the command line win over its members. Not together with "
     "`--cli-input-yaml`."},
    {"",
     "",
     "cli-input-yaml",
     "Reads the parameters from YAML, as `--generate-cli-skeleton yaml-input` prints it. Not "
     "together "
     "with `--cli-input-json`."},
    {"",
     "",
     "generate-cli-skeleton",
     "Sends nothing. With `input`, or no value, prints a JSON document for `--cli-input-json`; "
     "with "
     "`yaml-input` a YAML document for `--cli-input-yaml`; with `output` checks the parameters and "
     "prints a sample of the output."},
    {"",
     "",
     "starting-token",
     "Where to go on: the `NextToken` that an earlier, shortened listing printed."},
    {"",
     "",
     "page-size",
     "How many items to ask for in each call to the service. Smaller pages need more calls, and "
     "keep "
     "calls from timing out; the result is the same."},
    {"",
     "",
     "max-items",
     "How many items to print. If there are more, a `NextToken` is printed for "
     "`--starting-token`."},
    {"", "", "outfile", "The file for the bytes of the answer; `-` is standard output."},
    {"wait", "", "timeout", "How long to wait at most: seconds, or a time like `5m`."},
    {"wait", "", "delay", "How long to pause between two questions, written the same way."},
    {"s3api", "select-object-content", "outfile", "The file for the records."},
    {"iam",
     "create-virtual-mfa-device",
     "outfile",
     "The file for the seed or QR code of the new device."},
    {"iam",
     "create-virtual-mfa-device",
     "bootstrap-method",
     "What the file holds: `QRCodePNG` or `Base32StringSeed`."},
    {"iot", "", "certificate-pem-outfile", "A file for the certificate, in PEM."},
    {"iot", "", "public-key-outfile", "A file for the public key."},
    {"iot", "", "private-key-outfile", "A file for the private key."},
    {"ec2",
     "run-instances",
     "count",
     "How many instances to launch: a number, or `MIN:MAX`. 1 if it is not given."},
    {"ec2",
     "run-instances",
     "secondary-private-ip-addresses",
     "Secondary private addresses of the network interface."},
    {"ec2",
     "run-instances",
     "secondary-private-ip-address-count",
     "How many secondary private addresses the network interface gets."},
    {"ec2",
     "run-instances",
     "associate-public-ip-address",
     "Whether the network interface gets a public address."},
    {"ec2", "bundle-instance", "bucket", "The bucket for the bundle."},
    {"ec2", "bundle-instance", "prefix", "What the names of the bundle's objects begin with."},
    {"ec2", "bundle-instance", "owner-akid", "The access key id of the bucket's owner."},
    {"ec2",
     "bundle-instance",
     "owner-sak",
     "The secret access key of the bucket's owner; it signs a policy and is not sent."},
    {"ec2",
     "bundle-instance",
     "policy",
     "An upload policy, base64-encoded. Without it one is made and signed with `--owner-sak`."},
    {"ec2",
     "get-password-data",
     "priv-launch-key",
     "The file of the private key that the instance was launched with. The password is printed "
     "decrypted."},
    {"ec2", "", "protocol", "The protocol of the rule: `tcp`, `udp`, `icmp`, `all`, or a number."},
    {"ec2", "", "port", "The ports of the rule: a number, a range `FROM-TO`, or `all`."},
    {"ec2", "", "cidr", "The addresses of the rule, as a CIDR block."},
    {"ec2", "", "source-group", "The security group of the rule: its id or name."},
    {"ec2", "", "group-owner", "The account that owns the `--source-group`, if it is another one."},
    {"cloudfront", "create-invalidation", "paths", "The paths to invalidate, separated by spaces."},
    {"cloudfront",
     "",
     "origin-domain-name",
     "The domain name of the origin: a distribution with common settings is made for it."},
    {"cloudfront", "", "default-root-object", "The object that a request for the root gets."},
    {"cloudwatch",
     "put-metric-data",
     "dimensions",
     "The dimensions of the metric: `NAME=VALUE,NAME=VALUE`."},
    {"cloudwatch",
     "put-metric-data",
     "statistic-values",
     "Statistics of a set of values: `SampleCount=N,Sum=N,Minimum=N,Maximum=N`."},
    {"ses", "send-email", "to", "The addresses of the recipients."},
    {"ses", "send-email", "cc", "The addresses that get a copy."},
    {"ses", "send-email", "bcc", "The addresses that get a copy, unseen by the others."},
    {"ses", "send-email", "subject", "The subject of the message."},
    {"ses", "send-email", "text", "The body of the message as plain text."},
    {"ses", "send-email", "html", "The body of the message as HTML."},
    {"emr", "", "tags", "Tags, as `KEY=VALUE` or `KEY`, separated by spaces."},
    {"emr", "list-clusters", "cluster-states", "Only clusters in one of these states."},
    {"emr",
     "list-clusters",
     "active",
     "Only clusters that are `STARTING`, `BOOTSTRAPPING`, `RUNNING`, `WAITING` or `TERMINATING`."},
    {"emr", "list-clusters", "terminated", "Only clusters that are `TERMINATED`."},
    {"emr", "list-clusters", "failed", "Only clusters that are `TERMINATED_WITH_ERRORS`."},
    {"datapipeline", "", "pipeline-definition", "The definition of the pipeline, as JSON."},
    {"datapipeline",
     "",
     "parameter-objects",
     "Parameter objects, as JSON; they win over those of the definition."},
    {"datapipeline",
     "",
     "parameter-values",
     "Values of parameters: `NAME=VALUE`, separated by spaces."},
    {"datapipeline", "", "parameter-values-uri", "Values of parameters, as JSON."},
    {"cloudsearch",
     "define-index-field",
     "default-value",
     "The value of documents that lack the field."},
    {"cloudsearch",
     "define-index-field",
     "facet-enabled",
     "Whether facets can be counted: `true` or `false`."},
    {"cloudsearch",
     "define-index-field",
     "search-enabled",
     "Whether the field can be searched: `true` or `false`."},
    {"cloudsearch",
     "define-index-field",
     "return-enabled",
     "Whether results can hold the field: `true` or `false`."},
    {"cloudsearch",
     "define-index-field",
     "sort-enabled",
     "Whether results can be sorted by the field: `true` or `false`."},
    {"cloudsearch",
     "define-index-field",
     "highlight-enabled",
     "Whether matches can be highlighted: `true` or `false`."},
    {"cloudsearch",
     "define-index-field",
     "source-field",
     "The field that is copied from; of an array type, several, separated by commas."},
    {"cloudsearch",
     "define-index-field",
     "analysis-scheme",
     "The analysis scheme of a text field."},
});

struct GlobalRow {
  std::string_view name;
  std::string_view text;
};

constexpr auto k_globals = std::to_array<GlobalRow>({
    {"debug", "Reports each attempt of each call on standard error."},
    {"endpoint-url", "The URL to call instead of the service's own."},
    {"no-verify-ssl", "Does not check the certificates of servers."},
    {"no-paginate",
     "Makes one call only, and prints what the service sent, its page token included."},
    {"output", "How results are printed."},
    {"query", "A JMESPath expression; its result is printed instead of the answer."},
    {"profile", "The profile of the configuration files to use."},
    {"region", "The region to call."},
    {"version", "Prints the version."},
    {"color", "Whether output is coloured: always, never, or on a terminal."},
    {"no-sign-request", "Sends requests without a signature; credentials are not looked for."},
    {"ca-bundle", "A file of the certificates that servers are checked against, in PEM."},
    {"cli-read-timeout", "How many seconds a server may be silent; 0 is for ever."},
    {"cli-connect-timeout", "How many seconds a connection may take to be made; 0 is for ever."},
    {"v2-debug", "Understood for the sake of version 1 of the AWS CLI; does nothing."},
    {"cli-binary-format",
     "How bytes are written in parameters: `base64`, or `raw-in-base64-out` for as they are. A "
     "value `fileb://PATH` is always taken as it is."},
    {"cli-error-format",
     "How errors are printed on standard error: `legacy` is the message alone, `enhanced` also "
     "what "
     "else the service said, in the others a record of all that is known of the error."},
    {"no-cli-pager", "Prints to the terminal directly, not through a pager."},
    {"cli-auto-prompt", "Asks for what the command line lacks."},
    {"no-cli-auto-prompt", "Does not ask for what the command line lacks."},
    {"compat", "Behaves as this version of the AWS CLI, in its oddities too."},
    {"no-cache", "Neither uses nor keeps answers in the cache."},
    {"refresh", "Asks the service, and keeps the answer in the cache."},
    {"max-age", "Uses no cached answer that is older: `30s`, `5m`, `1h`."},
    {"offline", "Answers from the cache, however old it is, or fails; nothing is sent."},
    {"stale-if-error", "Uses a cached answer of any age where the network fails."},
    {"stream", "Prints the items of a listing as they come, not its pages merged into one result."},
    {"parallel",
     "Fetches ranges of the keys at the same time; for large buckets. Goes with `s3api "
     "list-objects-v2 "
     "--stream` and `s3 ls --recursive`."},
    {"paginate-all",
     "Fetches all pages of reads that the service answers in pages although its model has no "
     "paginator; `--max-items`, `--page-size` and `--starting-token` go with them then."},
    {"mock",
     "Makes answers up instead of calling the service; counts only in front of the service's "
     "name."},
});

bool matches(std::string_view pattern, std::string_view name) {
  return pattern.empty() || pattern == name;
}

}  // namespace

std::string_view argument_text(std::string_view service_command,
                               std::string_view operation_command,
                               std::string_view name) {
  // Rows for all services come first: one for the operation itself is found from behind.
  const auto found = std::find_if(k_arguments.rbegin(), k_arguments.rend(), [&](const Row& row) {
    return row.name == name && matches(row.service, service_command) &&
           matches(row.operation, operation_command);
  });
  return found == k_arguments.rend() ? std::string_view() : found->text;
}

std::string_view global_option_text(std::string_view name) {
  const auto* const found = std::find_if(
      k_globals.begin(), k_globals.end(), [&](const GlobalRow& row) { return row.name == name; });
  return found == k_globals.end() ? std::string_view() : found->text;
}

}  // namespace virga::help
