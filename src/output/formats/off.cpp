// SPDX-License-Identifier: Apache-2.0
#include "output/formats/formats.hpp"

namespace virga::output {
namespace {

class OffFormatter final : public Formatter {
 public:
  [[nodiscard]] Unit unit() const override { return Unit::nothing; }

  Status print(const Value& /*result*/, Writer& /*out*/) override { return {}; }

  Status part(const Part& /*part*/, Writer& /*out*/) override { return {}; }
};

}  // namespace

std::unique_ptr<Formatter> make_off_formatter(const FormatOptions& /*options*/) {
  return std::make_unique<OffFormatter>();
}

}  // namespace virga::output
