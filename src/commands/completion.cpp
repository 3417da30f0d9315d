// SPDX-License-Identifier: Apache-2.0
// "virga completion SHELL" prints what a shell loads; "virga __complete" is what that calls.
#include "commands/completion.hpp"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <optional>
#include <utility>

#include <sys/time.h>
#include <unistd.h>

#include "auth/known_identity.hpp"
#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "cache/disk_tier.hpp"
#include "cli/answer_cache.hpp"
#include "commands/alias.hpp"
#include "commands/command.hpp"
#include "commands/help.hpp"
#include "completion/cached_names.hpp"
#include "completion/completer.hpp"
#include "completion/scripts.hpp"
#include "completion/shell_line.hpp"
#include "engine/endpoint_text.hpp"
#include "engine/model_pack.hpp"

namespace virga::commands {
namespace {

// The directives of the protocol that completion scripts of many programs speak (cobra's).
constexpr int k_no_space = 2;
constexpr int k_no_files = 4;

/// After this no kept answer is opened any more.
constexpr auto k_time_for_names = std::chrono::milliseconds(50);

extern "C" void on_time_out(int) { _exit(0); }

/// A disk that hangs must not hold up the prompt.
void end_in_time(const config::Environment& environment) {
  constexpr std::int64_t k_most_milliseconds = 100;
  const auto wanted = parse_int(environment.get("VIRGA_COMPLETION_TIMEOUT").value_or(""));
  const auto milliseconds = wanted.value_or(k_most_milliseconds);
  if (milliseconds > 0) {
    std::signal(SIGALRM, on_time_out);
    const itimerval timer{{0, 0}, {milliseconds / 1000, milliseconds % 1000 * 1000}};
    static_cast<void>(setitimer(ITIMER_REAL, &timer, nullptr));
  }
}

bool is_on(const std::optional<std::string>& variable) {
  return variable && !variable->empty() && *variable != "0" && *variable != "false";
}

/// One completion's view of the world.
class Completion {
 public:
  explicit Completion(const CompletionWorld& world)
      : world_(world), started_(std::chrono::steady_clock::now()) {}

  completion::Answer run(CompletionRequest request) {
    const auto& environment = world_.environment;
    const bool has_commands = request.options == nullptr;
    const auto commands = has_commands ? native_commands() : std::vector<help::NativeCommand>();
    const auto aliases = has_commands ? all_aliases(environment) : std::vector<completion::Alias>();
    completion::Parts parts;
    parts.catalog = world_.catalog;
    parts.commands = commands;
    parts.aliases = aliases;
    parts.describes = request.describes;
    parts.options = request.options;
    if (environment.get("VIRGA_COMPAT").value_or("") == "v1") {
      parts.compat = cli::Compat::v1;
    }
    parts.profiles = [this] { return profiles(); };
    if (request.names) {
      parts.names = [this](const completion::NameQuery& query) { return names(query); };
    }
    return completion::complete(parts, std::move(request.words), request.current);
  }

 private:
  [[nodiscard]] std::vector<std::string> profiles() const {
    const config::Settings settings(world_.environment);
    const auto profiles = settings.profiles();
    return profiles ? (*profiles)->names() : std::vector<std::string>();
  }

  [[nodiscard]] std::vector<completion::Candidate> names(const completion::NameQuery& query) {
    // No source for the region but the configuration: the network is not asked.
    config::Settings settings(world_.environment);
    for (const auto& [name, setting] : {std::pair("profile", config::Setting::profile),
                                        std::pair("region", config::Setting::region),
                                        std::pair("endpoint-url", config::Setting::endpoint_url)}) {
      const auto given = query.options.find(name);
      if (given != query.options.end() && !given->second.empty()) {
        settings.set_option(setting, given->second.front());
      }
    }
    const auto identity = identity_for(query, settings);
    const auto region = settings.text(config::Setting::region);
    if (!identity || !region) {
      return {};
    }
    completion::Asker asker{
        identity->text,
        identity->account,
        region->value_or(""),
        [&settings](const model::Service& service) {
          // What no question has where the configuration is wrong.
          return engine::endpoint_text(settings, service).value_or(std::string("?"));
        }};
    const auto root = cli::cache_root(world_.environment);
    const auto tier = cache::make_disk_tier(root, world_.clock);
    return completion::cached_names(
        query, *world_.catalog, asker, {root, *tier, started_ + k_time_for_names});
  }

  [[nodiscard]] std::optional<auth::Identity> identity_for(const completion::NameQuery& query,
                                                           const config::Settings& settings) {
    if (is_on(world_.environment.get("VIRGA_MOCK")) || query.options.contains("mock")) {
      return auth::Identity{"mock", ""};
    }
    if (query.options.contains("no-sign-request")) {
      return auth::Identity{"anonymous", ""};
    }
    const auto known = auth::known_identity({settings, world_.clock, world_.random});
    return known ? *known : std::nullopt;
  }

  const CompletionWorld& world_;
  std::chrono::steady_clock::time_point started_;
};

std::string directive_of(const completion::Answer& answer) {
  return concat(":", (answer.no_space ? k_no_space : 0) + (answer.files ? 0 : k_no_files), "\n");
}

/// "virga __complete WORD... CURRENT": a line for each candidate ("VALUE" or
/// "VALUE<tab>DESCRIPTION"), then ":N", where N is a sum: 2 if no space follows, 4 if no names of
/// files may stand there.
Status complete_words(std::vector<std::string> words,
                      bool describes,
                      const CompletionWorld& world,
                      output::Writer& out) {
  CompletionRequest request;
  request.current = words.empty() ? std::string() : std::move(words.back());
  if (!words.empty()) {
    words.pop_back();
  }
  request.words = std::move(words);
  request.describes = describes;
  const auto answer = find_candidates(std::move(request), world);
  std::string text;
  for (const auto& candidate : answer.candidates) {
    append(text, candidate.text);
    if (describes && !candidate.description.empty()) {
      append(text, "\t", candidate.description);
    }
    text += '\n';
  }
  return out.write(text + directive_of(answer));
}

/// Where bash's cursor stands in the bytes of the line: COMP_POINT counts characters.
std::size_t cursor_in(std::string_view line, const config::Environment& environment) {
  const auto point = parse_int(environment.get("COMP_POINT").value_or(""));
  if (!point || *point < 0) {
    return line.size();
  }
  std::size_t at = 0;
  for (std::int64_t i = 0; i < *point && at < line.size(); ++i) {
    static_cast<void>(next_code_point(line, at));
  }
  return at;
}

/// The same for the line that bash puts into COMP_LINE and COMP_POINT; the words are as they go
/// into the line.
Status complete_line(bool with_directive, const CompletionWorld& world, output::Writer& out) {
  auto text = world.environment.get("COMP_LINE");
  text = text ? text : world.environment.get("COMMAND_LINE");
  const std::string typed = text.value_or("");
  const std::string breaks = world.environment.get("COMP_WORDBREAKS").value_or("=:@");
  const auto line = completion::split_line(typed, cursor_in(typed, world.environment), breaks);
  if (line.words.empty()) {
    return {};  // the program's own name
  }
  auto answer =
      find_candidates({{line.words.begin() + 1, line.words.end()}, line.current, false}, world);
  std::string words;
  for (const auto& word : completion::words_for_bash(answer, line)) {
    append(words, word, "\n");
  }
  return out.write(words + (with_directive ? directive_of(answer) : ""));
}

}  // namespace

completion::Answer find_candidates(CompletionRequest request, const CompletionWorld& world) {
  const std::string current = request.current;
  auto answer = Completion(world).run(std::move(request));
  completion::keep_fitting(answer.candidates, current, true);
  return answer;
}

Result<bool> complete_for_shell(std::string_view called_as,
                                const std::vector<std::string>& words,
                                CompletionWorld world,
                                output::Writer& out) {
  const std::string_view first = words.empty() ? std::string_view() : words.front();
  const bool takes_words = first == "__complete" || first == "__completeNoDesc";
  const bool takes_line = called_as == "aws_completer" || first == "__completeLine";
  if (!takes_words && !takes_line) {
    return false;
  }
  end_in_time(world.environment);
  const auto catalog = model::Catalog::open(engine::find_pack(world.environment));
  world.catalog = catalog ? &*catalog : nullptr;
  if (takes_line) {
    VIRGA_TRY(complete_line(false, world, out));
  } else if (words.size() == 1 && world.environment.get("COMP_LINE")) {
    VIRGA_TRY(complete_line(true, world, out));
  } else {
    VIRGA_TRY(complete_words({words.begin() + 1, words.end()}, first == "__complete", world, out));
  }
  return true;
}

Status completion(const std::vector<std::string>& words, Context& context) {
  const auto script =
      words.size() == 1 ? completion::script_for(words.front()) : std::string_view();
  if (script.empty()) {
    return fail(
        ErrorCode::usage,
        "usage: virga completion bash|zsh|fish|nushell\n\nvirga: error: the name of one of these "
        "shells is wanted");
  }
  return context.out.write(script);
}

}  // namespace virga::commands
