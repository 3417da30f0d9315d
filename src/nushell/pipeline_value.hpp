// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "nushell/connection.hpp"
#include "nushell/protocol.hpp"
#include "value/value.hpp"

// What comes through a pipeline, as one value to be kept.
namespace virga::nushell {

/// Why something could not be collected.
struct CollectFailure {
  Value error_tree{};  ///< an error of the user's code, whole; null for others
  Span at{};           ///< of what cannot be kept
};

/// All of a pipeline's data without its places in the source: a stream as a list, bytes as text if
/// they are UTF-8, nothing as Nothing. Waits for the end of a stream; `stream` is null where the
/// header announces none. Errors: interrupted; usage, for what cannot be kept; general, for an
/// error in the data. `failure` then has more of it.
[[nodiscard]] Result<Value> collect(RunningCall& call,
                                    const PipelineHeader& header,
                                    InputStream* stream,
                                    CollectFailure& failure);

/// The answer of a closure without arguments, collected. Errors: as collect(), and the closure's.
[[nodiscard]] Result<Value> run_closure(RunningCall& call,
                                        const NuValue& closure,
                                        CollectFailure& failure);

}  // namespace virga::nushell
