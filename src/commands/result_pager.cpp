// SPDX-License-Identifier: Apache-2.0
#include "commands/result_pager.hpp"

#include <unistd.h>

#include "base/strings.hpp"
#include "config/config_file.hpp"

namespace virga::commands {

Result<ResultPager> ResultPager::make(const Context& context) {
  ResultPager out(context.out);
  if (context.globals.no_cli_pager || context.globals.compat == cli::Compat::v1 ||
      isatty(STDOUT_FILENO) != 1) {
    return out;
  }
  VIRGA_TRY_ASSIGN(auto program, context.settings.text(config::Setting::cli_pager));
  if (!program) {
    program = context.environment.get("PAGER");
  }
  out.chosen_ = program.has_value();
  auto words = config::split_words(program.value_or("less"));
  if (!words) {
    return fail(ErrorCode::configuration,
                concat("The pager \"", *program, "\" is no command line."));
  }
  out.words_ = *std::move(words);
  if (!context.environment.get("LESS")) {
    out.variables_.emplace_back("LESS=FRX");  // ends by itself where all fits on the screen
  }
  return out;
}

Status ResultPager::start() {
  auto pager = TextPager::start(words_, variables_);
  words_.clear();
  if (pager) {
    pager_ = *std::move(pager);
    paged_ = std::make_unique<output::DescriptorWriter>(pager_->input());
    return {};
  }
  if (!chosen_) {
    return {};  // there is no less here
  }
  return fail(
      ErrorCode::configuration,
      concat("Unable to redirect output to pager. Received the following error when opening "
             "pager:\n",
             pager.error().message,
             "\n\nLearn more about configuring the output pager by running \"aws help "
             "config-vars\"."));
}

Status ResultPager::write(std::string_view bytes) {
  if (!words_.empty() && !bytes.empty()) {
    VIRGA_TRY(start());
  }
  return paged_ ? paged_->write(bytes) : direct_->write(bytes);
}

bool ResultPager::is_closed() const { return paged_ ? paged_->is_closed() : direct_->is_closed(); }

}  // namespace virga::commands
