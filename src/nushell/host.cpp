// SPDX-License-Identifier: Apache-2.0
#include "nushell/host.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>
#include <vector>

#include <sched.h>
#include <unistd.h>

#include "base/strings.hpp"
#include "nushell/complete_command.hpp"
#include "params/close_matches.hpp"
#include "value/json_write.hpp"

namespace virga::nushell {
namespace {

const std::vector<PluginCommand>& commands() {
  static const std::vector<PluginCommand> k_commands = [] {
    std::vector<PluginCommand> out = {top_command(),
                                      aws_command(),
                                      bulk_command(),
                                      complete_command(),
                                      debug_types_command(),
                                      debug_sleep_command(),
                                      debug_rows_command()};
    auto more = cache_commands();
    std::move(more.begin(), more.end(), std::back_inserter(out));
    return out;
  }();
  return k_commands;
}

/// The text of a PipelineData answer; empty for others.
std::string text_of_answer(const EngineAnswer& answer) {
  const auto* data = answer.payload.find("PipelineData");
  const auto header =
      data == nullptr ? Result<PipelineHeader>(PipelineHeader()) : read_header(*data);
  if (!header || header->kind != PipelineHeader::Kind::value) {
    return {};
  }
  Span ignored;
  return word_of(header->value, ignored).value_or("");
}

/// The message without what is meant for a terminal: the AWS CLI's usage, and hundreds of choices.
void take_message(std::string_view message, LabeledError& out) {
  constexpr std::string_view k_error = "aws: error: ";
  constexpr std::string_view k_own_error = "virga: error: ";
  constexpr std::string_view k_usage_end = "aws <command> <subcommand> help\n";
  constexpr std::string_view k_choice = "Invalid choice: '";
  constexpr std::string_view k_choices = "Invalid choice, valid choices are:";
  if (const auto at = message.find(k_error); at != std::string_view::npos) {
    message.remove_prefix(at + k_error.size());
  } else if (const auto own = message.find(k_own_error); own != std::string_view::npos) {
    message.remove_prefix(own + k_own_error.size());
  } else if (const auto end = message.find(k_usage_end); end != std::string_view::npos) {
    message.remove_prefix(end + k_usage_end.size());
  }
  if (const auto choices = message.find(k_choices); choices != std::string_view::npos) {
    const auto choice = message.find(k_choice, choices);
    if (choice == std::string_view::npos) {
      out.message = concat(trim(message.substr(0, choices)), " Invalid choice.");
      return;
    }
    const auto line = message.substr(choice);
    if (const auto names = params::suggested_in(line); !names.empty()) {
      out.help = concat("did you mean ", join(names, ", "), "?");
    }
    message = line.substr(0, line.find(','));
  }
  out.message = trim(message);
}

}  // namespace

std::string PluginHost::version() const { return VIRGA_VERSION; }

Value PluginHost::signatures(EngineVersion) const {
  List out;
  for (const auto& command : commands()) {
    out.push_back(encode_signature(command.signature));
  }
  return out;
}

void PluginHost::run(RunningCall& call) {
  const auto& all = commands();
  const auto found = std::find_if(all.begin(), all.end(), [&](const PluginCommand& command) {
    return command.signature.name == call.request.name;
  });
  CommandContext context{call, catalog_, sessions_};
  Status status;
  if (found == all.end()) {
    status = fail(ErrorCode::usage,
                  concat("virga has no command \"",
                         call.request.name,
                         "\" in Nushell; ^virga runs the program of that name."));
  } else if (call.request.positional.size() < found->signature.required.size()) {
    // nu checks that, against a signature that an older plugin may have left in its registry.
    status = fail(ErrorCode::usage, concat("\"", call.request.name, "\" needs more arguments."));
  } else {
    status = found->run(context);
  }
  if (call.is_answered()) {
    return;
  }
  if (!status) {
    call.answer_error(labeled(status.error(), "", call.request.head));
  } else {
    call.answer_empty();
  }
}

Value PluginHost::complete(const Value& request, const AskEngine& ask) {
  return completion_items(request, catalog_, ask);
}

void PluginHost::interrupt() { sessions_.interrupt(); }

LabeledError labeled(const Error& error, std::string_view service, Span span) {
  LabeledError out;
  take_message(error.message, out);
  out.labels.push_back({"", span});
  if (error.service) {
    const auto& detail = *error.service;
    out.code = concat("aws::", service, "::", detail.code);
    out.labels.back().text = detail.message.empty() ? detail.code : detail.message;
    LabeledError inner;
    inner.message = concat("HTTP ", detail.status, " ", detail.code);
    if (!detail.request_id.empty()) {
      inner.help = concat("RequestId ", detail.request_id);
      out.help = inner.help;
    }
    out.inner.push_back(std::move(inner));
  } else {
    constexpr std::string_view k_names[] = {"usage",
                                            "validation",
                                            "configuration",
                                            "models",
                                            "service",
                                            "network",
                                            "response",
                                            "io",
                                            "interrupted",
                                            "negative",
                                            "general"};
    static_assert(std::size(k_names) == static_cast<std::size_t>(ErrorCode::general) + 1);
    out.code = concat("virga::", k_names[static_cast<std::size_t>(error.code)]);
    out.labels.back().text = "here";
  }
  return out;
}

cli::GlobalOptions globals_of(const RunRequest& request) {
  cli::GlobalOptions out;
  out.profile = request.text("profile");
  out.region = request.text("region");
  out.endpoint_url = request.text("endpoint-url");
  out.max_age = request.text("max-age");
  out.no_cache = request.is_on("no-cache");
  out.refresh = request.is_on("refresh");
  out.offline = request.is_on("offline");
  out.mock = request.is_on("mock");
  return out;
}

bool wants_mock(const std::map<std::string, std::string>& environment) {
  const auto mock = environment.find("VIRGA_MOCK");
  return mock != environment.end() && !mock->second.empty() && mock->second != "0";
}

Result<std::map<std::string, std::string>> environment_of(RunningCall& call) {
  return environment_of([&call](const Value& question) { return call.ask(question); });
}

Result<std::map<std::string, std::string>> environment_of(const AskEngine& ask) {
  VIRGA_TRY_ASSIGN(const auto answer, ask(Value("GetEnvVars")));
  std::map<std::string, std::string> out;
  const auto* map = answer.payload.find("ValueMap");
  if (map == nullptr || !map->is_map()) {
    return fail(ErrorCode::response, "Nushell did not say what its environment is.");
  }
  for (const auto& [name, tree] : *map->as_map()) {
    const auto value = read_nu_value(tree);
    if (!value || value->payload == nullptr) {
      continue;
    }
    if (const auto* text = value->payload->as_string(); text && value->kind_view == "String") {
      out.emplace(name, *text);
    } else if (value->kind_view == "Int" || value->kind_view == "Float" ||
               value->kind_view == "Bool") {
      out.emplace(name, to_json(*value->payload));  // as programs that are started get it
    }
  }
  return out;
}

Status enter_current_folder(RunningCall& call) {
  Map question;
  VIRGA_TRY_ASSIGN(const auto answer, call.ask(Value("GetCurrentDir")));
  const std::string folder = text_of_answer(answer);
  // A thread that shares its folder with the others would move theirs.
  if (unshare(CLONE_FS) != 0 || chdir(folder.c_str()) != 0) {
    char reason[128];
    return fail(ErrorCode::io,
                concat("cannot enter ", folder, ": ", strerror_r(errno, reason, sizeof reason)));
  }
  return {};
}

PluginCommand top_command() {
  SignatureRow row;
  row.name = "virga";
  row.description = "AWS in Nushell: calls with native values, cached and streamed.";
  row.extra = "\"virga aws SERVICE OPERATION\" makes calls; ^virga runs the program of that name.";
  row.search_terms = {"aws", "cloud"};
  row.input = "Nothing";
  row.output = "String";
  row.is_catch_all = true;
  return {row, [](CommandContext& context) -> Status {
            const auto& words = context.call.request.positional;
            Span at;
            const auto first =
                words.empty() ? Result<std::string>("--help") : word_of(words.front(), at);
            if (!first || (*first != "--help" && *first != "-h")) {
              return fail(
                  ErrorCode::usage,
                  concat("virga has no command \"virga ",
                         first.value_or(""),
                         "\" in Nushell. \"virga aws\" makes calls; ^virga runs the program "
                         "of that name."));
            }
            VIRGA_TRY_ASSIGN(const auto answer, context.call.ask(Value("GetHelp")));
            context.call.answer(text_of_answer(answer));
            return {};
          }};
}

}  // namespace virga::nushell
