// SPDX-License-Identifier: Apache-2.0
// "virga completion SHELL" prints what a shell loads; "virga __complete" is what that calls.
#include "commands/completion.hpp"

#include <csignal>
#include <cstdlib>
#include <optional>
#include <utility>

#include <sys/time.h>
#include <unistd.h>

#include "auth/known_identity.hpp"
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

/// After this no answer is opened any more, and after the second the program ends without one: a
/// disk that hangs must not hold up the prompt.
constexpr auto k_time_for_names = std::chrono::milliseconds(50);
constexpr auto k_most_time = std::chrono::milliseconds(100);

extern "C" void on_time_out(int) { _exit(0); }

void end_after(std::chrono::milliseconds time) {
  std::signal(SIGALRM, on_time_out);
  const itimerval timer{{0, 0}, {0, std::chrono::microseconds(time).count()}};
  static_cast<void>(setitimer(ITIMER_REAL, &timer, nullptr));
}

bool is_on(const std::optional<std::string>& variable) {
  return variable && !variable->empty() && *variable != "0" && *variable != "false";
}

/// One completion's view of the world.
class Completion {
 public:
  Completion(const config::Environment& environment, Clock& clock, Random& random)
      : environment_(environment),
        clock_(clock),
        random_(random),
        started_(std::chrono::steady_clock::now()) {}

  completion::Answer run(std::vector<std::string> words,
                         const std::string& current,
                         bool describes) {
    if (auto catalog = model::Catalog::open(engine::find_pack(environment_))) {
      catalog_ = std::move(*catalog);
    }
    const auto commands = native_commands();
    const auto aliases = all_aliases(environment_);
    completion::Parts parts;
    parts.catalog = catalog_ ? &*catalog_ : nullptr;
    parts.commands = commands;
    parts.aliases = aliases;
    parts.describes = describes;
    if (environment_.get("VIRGA_COMPAT").value_or("") == "v1") {
      parts.compat = cli::Compat::v1;
    }
    parts.profiles = [this] { return profiles(); };
    parts.names = [this](const completion::NameQuery& query) { return names(query); };
    return completion::complete(parts, std::move(words), current);
  }

 private:
  [[nodiscard]] std::vector<std::string> profiles() const {
    const config::Settings settings(environment_);
    const auto profiles = settings.profiles();
    return profiles ? (*profiles)->names() : std::vector<std::string>();
  }

  [[nodiscard]] std::vector<completion::Candidate> names(const completion::NameQuery& query) {
    end_after(k_most_time);
    // No source for the region but the configuration: the network is not asked.
    config::Settings settings(environment_);
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
    const auto root = cli::cache_root(environment_);
    const auto tier = cache::make_disk_tier(root, clock_);
    return completion::cached_names(
        query, *catalog_, asker, {root, *tier, started_ + k_time_for_names});
  }

  [[nodiscard]] std::optional<auth::Identity> identity_for(const completion::NameQuery& query,
                                                           const config::Settings& settings) {
    if (is_on(environment_.get("VIRGA_MOCK")) || query.options.contains("mock")) {
      return auth::Identity{"mock", ""};
    }
    if (query.options.contains("no-sign-request")) {
      return auth::Identity{"anonymous", ""};
    }
    const auto known = auth::known_identity({settings, clock_, random_});
    return known ? *known : std::nullopt;
  }

  const config::Environment& environment_;
  Clock& clock_;
  Random& random_;
  std::chrono::steady_clock::time_point started_;
  std::optional<model::Catalog> catalog_;
};

std::string directive_of(const completion::Answer& answer) {
  return concat(":", (answer.no_space ? k_no_space : 0) + (answer.files ? 0 : k_no_files), "\n");
}

}  // namespace

Status completion(const std::vector<std::string>& words, Context& context) {
  const auto script =
      words.size() == 1 ? completion::script_for(words.front()) : std::string_view();
  if (script.empty()) {
    return fail(ErrorCode::usage,
                "usage: virga completion bash|zsh|fish\n\nvirga: error: the name of one of these "
                "shells is wanted");
  }
  return context.out.write(script);
}

Status complete_words(std::vector<std::string> words,
                      bool describes,
                      const CompletionWorld& world) {
  const std::string current = words.empty() ? std::string() : std::move(words.back());
  if (!words.empty()) {
    words.pop_back();
  }
  Completion completion(world.environment, world.clock, world.random);
  auto answer = completion.run(std::move(words), current, describes);
  completion::keep_fitting(answer.candidates, current, true);
  std::string out;
  for (const auto& candidate : answer.candidates) {
    append(out, candidate.text);
    if (describes && !candidate.description.empty()) {
      append(out, "\t", candidate.description);
    }
    out += '\n';
  }
  return world.out.write(out + directive_of(answer));
}

Status complete_line(bool with_directive, const CompletionWorld& world) {
  auto text = world.environment.get("COMP_LINE");
  text = text ? text : world.environment.get("COMMAND_LINE");
  const auto point = parse_int(world.environment.get("COMP_POINT").value_or(""));
  const std::string typed = text.value_or("");
  auto line = completion::split_line(
      typed, point && *point >= 0 ? static_cast<std::size_t>(*point) : typed.size());
  if (line.words.empty()) {
    return {};  // the program's own name
  }
  Completion completion(world.environment, world.clock, world.random);
  auto answer = completion.run({line.words.begin() + 1, line.words.end()}, line.current, false);
  completion::keep_fitting(answer.candidates, line.current, false);
  std::string out;
  for (const auto& word : completion::words_for_bash(answer, line)) {
    append(out, word, "\n");
  }
  return world.out.write(out + (with_directive ? directive_of(answer) : ""));
}

}  // namespace virga::commands
