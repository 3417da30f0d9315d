// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "cli/global_options.hpp"
#include "config/settings.hpp"
#include "engine/session.hpp"
#include "http/message.hpp"
#include "model/catalog.hpp"
#include "output/formatter.hpp"

namespace virga::cli {

/// The options of the command line that are settings too.
void apply_globals(const GlobalOptions& globals, config::Settings& settings);

/// All of the options that makes calls of two command lines go different ways: who has the same may
/// share a session.
[[nodiscard]] std::string session_key(const GlobalOptions& globals);

/// The connections of one program: a transport for all sessions that want the same of it.
/// Thread-safe.
class Transports {
 public:
  [[nodiscard]] std::shared_ptr<http::Transport> open(http::TransportOptions options);

 private:
  std::mutex mutex_;
  std::vector<std::pair<http::TransportOptions, std::shared_ptr<http::Transport>>> opened_;
};

/// What the global options and the settings make of a session: the network or the mock, signed or
/// not. `notes` takes the lines of --debug. Everything is borrowed but `globals`; null
/// `transports`: connections of its own.
[[nodiscard]] engine::SessionParts session_parts(const GlobalOptions& globals,
                                                 const model::Catalog& catalog,
                                                 const config::Settings& settings,
                                                 Clock& clock,
                                                 Random& random,
                                                 output::Writer& notes,
                                                 std::shared_ptr<Transports> transports = {});

}  // namespace virga::cli
