// SPDX-License-Identifier: Apache-2.0
// The pages of a small model, compared with tests/golden/help/*.txt. With VIRGA_ACCEPT=1 in the
// environment the golden files are written anew.
#include <cstdlib>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/strings.hpp"
#include "help/page.hpp"
#include "support/tiny_model.hpp"

namespace virga::help {
namespace {

constexpr auto k_compat = cli::Compat::v2;
constexpr std::string_view k_folder = VIRGA_SOURCE_DIR "/tests/golden/help/";
constexpr std::string_view k_command_text = R"(# virga shelf

Keeps **things** on a `shelf`. And more.

## Synopsis

    virga shelf put NAME [--high]
    virga shelf list

## Options

* `--high`: on the upper shelf.
)";

std::string file(std::string_view name) {
  return read_file(concat(k_folder, name)).value_or(std::string());
}

class Pages : public testing::Test {
 protected:
  void expect_golden(std::string_view name, const std::string& text) {
    if (const char* accept = std::getenv("VIRGA_ACCEPT"); accept != nullptr) {  // NOLINT
      ASSERT_TRUE(write_file_atomically(concat(k_folder, name), text, 0644));
    }
    EXPECT_EQ(text, file(name));
  }

  std::string operation(std::string_view command, const LayoutOptions& options = {}) {
    const auto service = catalog.service(0);
    const auto found = service.find_operation_by_cli_name(command);
    const model::Documentation documentation(service);
    return operation_page({*found, documentation, "tiny", command, k_compat}, options);
  }

  model::Catalog catalog =
      test::tiny_catalog(file("model.json"), file("paginators.json"), "tiny", file("waiters.json"));
};

TEST_F(Pages, OperationWithEveryKindOfMember) {
  expect_golden("put-thing.txt", operation("put-thing"));
}

TEST_F(Pages, PaginatedOperationInANarrowTerminal) {
  expect_golden("list-things.txt", operation("list-things", {50, Emphasis::escapes}));
}

TEST_F(Pages, OperationWithoutAnything) { expect_golden("ping.txt", operation("ping")); }

TEST_F(Pages, Service) {
  const NativeCommand native{"tiny", "shelf", k_command_text};
  expect_golden("tiny.txt",
                service_page(catalog.service(0), "tiny", std::span(&native, 1), k_compat, {}));
}

TEST_F(Pages, Program) {
  const NativeCommand native{"shelf", "", k_command_text};
  expect_golden("program.txt", program_page(catalog, std::span(&native, 1), {}));
}

TEST_F(Pages, Waiters) {
  const auto service = catalog.service(0);
  expect_golden("wait.txt", waiters_page(service, "tiny", {}));
  const auto waiter = find_waiter(service, "thing-ready");
  ASSERT_TRUE(waiter);
  EXPECT_FALSE(find_waiter(service, "thing"));
  const model::Documentation documentation(service);
  const auto asked = service.find_operation("GetThing");
  expect_golden(
      "wait-thing-ready.txt",
      operation_page({*asked, documentation, "tiny", "thing-ready", k_compat, waiter}, {}));
}

}  // namespace
}  // namespace virga::help
