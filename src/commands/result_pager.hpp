// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/text_pager.hpp"
#include "commands/command.hpp"
#include "output/writer.hpp"

namespace virga::commands {

/// Standard output for the results of operations: through a pager where AWS CLI v2 takes one, which
/// is started by the first byte. That is at a terminal, by AWS_PAGER, `cli_pager` or PAGER, else
/// less; never with --no-cli-pager or an empty name, nor in the manner of v1. A reader who leaves
/// the pager is one who left a pipe. Thread-compatible; borrows the context.
class ResultPager final : public output::Writer {
 public:
  /// Errors: configuration, for quotes in the program's name that do not end.
  [[nodiscard]] static Result<ResultPager> make(const Context& context);

  /// Errors: io, also for a pager that was chosen and cannot be started.
  [[nodiscard]] Status write(std::string_view bytes) override;
  [[nodiscard]] bool is_closed() const override;

 private:
  explicit ResultPager(output::Writer& direct) : direct_(&direct) {}

  [[nodiscard]] Status start();

  output::Writer* direct_;
  std::vector<std::string> words_;  ///< empty for none
  std::vector<std::string> variables_;
  bool chosen_ = false;  ///< somebody wants this very program
  std::unique_ptr<TextPager> pager_;
  std::unique_ptr<output::DescriptorWriter> paged_;
};

}  // namespace virga::commands
