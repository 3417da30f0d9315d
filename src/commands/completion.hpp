// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "completion/candidate.hpp"
#include "config/environment.hpp"
#include "model/catalog.hpp"
#include "output/writer.hpp"

namespace virga::commands {

/// What completion uses of the program. Borrowed.
struct CompletionWorld {
  const config::Environment& environment;
  Clock& clock;
  Random& random;
  const model::Catalog* catalog = nullptr;  ///< null where there is no model pack
};

/// A word to complete.
struct CompletionRequest {
  std::vector<std::string> words;  ///< in front of it, without the program's name
  std::string current;             ///< as far as it was typed
  bool describes = true;           ///< descriptions are wanted
  bool names = true;               ///< names of resources are wanted
  /// completion::Parts::options
  const std::vector<completion::Candidate>* options = nullptr;
};

/// The candidates that fit. Makes no call and starts no program; the names of resources take 50 ms
/// at most, unless the disk hangs.
[[nodiscard]] completion::Answer find_candidates(CompletionRequest request,
                                                 const CompletionWorld& world);

/// What shells call, with the process's own environment: "__complete", "__completeNoDesc" and
/// "__completeLine" with their words, and any words as "aws_completer". False if it is none of
/// them. The process ends, without candidates, where this takes too long. Errors: io.
[[nodiscard]] Result<bool> complete_for_shell(std::string_view called_as,
                                              const std::vector<std::string>& words,
                                              CompletionWorld world,
                                              output::Writer& out);

}  // namespace virga::commands
