// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.hpp"
#include "commands/configure/configure.hpp"

namespace virga::commands {
namespace {

constexpr std::array<std::string_view, 3> k_headers = {
    "User Name", "Access Key ID", "Secret Access key"};

using Row = std::array<std::string, k_headers.size()>;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\r\n"), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + (text.substr(end, 2) == "\r\n" ? 2 : 1)));
  }
  return out;
}

using Columns = std::array<std::size_t, k_headers.size()>;

Result<Columns> find_columns(std::string_view line) {
  Columns out{};
  const auto names = split(line, ',');
  for (std::size_t i = 0; i < k_headers.size(); ++i) {
    const auto found = std::find_if(names.begin(), names.end(), [i](std::string_view name) {
      return equals_ignore_case(trim(name), k_headers[i]);
    });
    if (found == names.end()) {
      return fail(ErrorCode::general, concat("Expected header \"", k_headers[i], "\" not found"));
    }
    out[i] = static_cast<std::size_t>(found - names.begin());
  }
  return out;
}

Result<Row> read_row(std::string_view line, const Columns& columns) {
  Row out;
  const auto values = split(line, ',');
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] < values.size()) {
      out[i] = trim(values[columns[i]]);
    }
    if (out[i].empty()) {
      return fail(ErrorCode::general,
                  concat("Row missing value for header \"", k_headers[i], "\""));
    }
  }
  return out;
}

Result<std::vector<Row>> read_csv(std::string_view text, bool skip_invalid) {
  if (trim(text).empty()) {
    return fail(ErrorCode::general, "Provided CSV contains no contents");
  }
  const auto lines = lines_of(text);
  VIRGA_TRY_ASSIGN(const Columns columns, find_columns(lines.front()));
  std::vector<Row> out;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    auto row = read_row(lines[i], columns);
    if (row) {
      out.push_back(*std::move(row));
    } else if (!skip_invalid) {
      return fail(ErrorCode::general,
                  concat("Failed to parse entry #", i, ": ", row.error().message));
    }
  }
  return out;
}

}  // namespace

Status configure_import(const std::vector<std::string>& words, Context& context) {
  cli::ParserArgument known[3] = {{"csv"}, {"skip-invalid"}, {"profile-prefix"}};
  known[0].required = true;
  known[1].arity = cli::Arity::flag;
  VIRGA_TRY_ASSIGN(const auto arguments, read_arguments(words, known, context));
  const auto prefix = arguments.find("profile-prefix");
  VIRGA_TRY_ASSIGN(const auto rows,
                   read_csv(arguments.find("csv")->second, arguments.contains("skip-invalid")));
  std::vector<config::ConfigEdit> edits;
  for (const auto& [name, key, secret] : rows) {
    const config::SectionName section{
        "", concat(prefix == arguments.end() ? std::string() : prefix->second, name)};
    edits.push_back({section, "aws_access_key_id", "", key});
    edits.push_back({section, "aws_secret_access_key", "", secret});
  }
  VIRGA_TRY(
      write_edits(context, context.settings.path_of(config::Setting::credentials_file), edits));
  return context.out.write(concat("Successfully imported ", rows.size(), " profile(s)\n"));
}

}  // namespace virga::commands
