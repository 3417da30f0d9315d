// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/strings.hpp"
#include "endpoint/rules/evaluate.hpp"
#include "endpoint/rules/functions.hpp"
#include "model/catalog.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

// The endpoint-tests-1.json files of the services against the rule sets of an installed pack.
namespace virga::endpoint {
namespace {

namespace fs = std::filesystem;

std::string environment_or(const char* name, const std::string& fallback) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return value == nullptr ? fallback : value;
}

RuleValue rule_value(const Value& value, Arena& arena) {
  if (const auto* text = value.as_string()) {
    return std::string_view(*text);
  }
  if (const auto* flag = value.as_bool()) {
    return *flag;
  }
  if (const auto* list = value.as_list()) {
    StringList texts;
    for (const auto& item : *list) {
      texts.emplace_back(*item.as_string());
    }
    return arena.keep(std::move(texts));
  }
  return {};
}

Value auth_scheme_value(const AuthScheme& scheme) {
  Map map;
  map.append("name", scheme.name);
  if (!scheme.signing_name.empty()) {
    map.append("signingName", scheme.signing_name);
  }
  if (!scheme.signing_region.empty()) {
    map.append("signingRegion", scheme.signing_region);
  }
  if (!scheme.signing_region_set.empty()) {
    List regions;
    for (const auto& region : scheme.signing_region_set) {
      regions.emplace_back(region);
    }
    map.append("signingRegionSet", regions);
  }
  if (scheme.disable_double_encoding) {
    map.append("disableDoubleEncoding", true);
  }
  return map;
}

Value endpoint_value(const Endpoint& endpoint) {
  Map map;
  map.append("url", endpoint.url);
  Map properties = endpoint.properties;
  if (!endpoint.auth_schemes.empty()) {
    List schemes;
    for (const auto& scheme : endpoint.auth_schemes) {
      schemes.push_back(auth_scheme_value(scheme));
    }
    properties.append("authSchemes", schemes);
  }
  if (!properties.empty()) {
    map.append("properties", properties);
  }
  if (!endpoint.headers.empty()) {
    Map headers;
    for (const auto& [name, values] : endpoint.headers) {
      List list;
      for (const auto& value : values) {
        list.emplace_back(value);
      }
      headers.append(name, list);
    }
    map.append("headers", headers);
  }
  return map;
}

/// The expectation without what says nothing: empty maps, disableDoubleEncoding: false.
void drop_defaults(Value& value) {
  if (auto* list = value.as_list()) {
    std::for_each(list->begin(), list->end(), drop_defaults);
  }
  if (auto* map = value.as_map()) {
    for (auto& entry : *map) {
      drop_defaults(entry.second);
    }
    std::erase_if(map->entries(), [](const auto& entry) {
      const auto* inner = entry.second.as_map();
      return (inner != nullptr && inner->empty()) ||
             (entry.first == "disableDoubleEncoding" && entry.second == Value(false));
    });
  }
}

/// Cases of models newer than botocore 1.43.11, whose own engine gives what ours gives.
bool is_of_newer_model(std::string_view service, std::string_view documentation) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> k_newer = {{
      {"dynamodb", "{Endpoint=https://dynamodb.us-east-1.api.aws/, Region=us-east-1}"},
      {"iam", "For region cn-northwest-1 with FIPS enabled"},
      {"servicediscovery", "For region"},
      {"sesv2", "Gov "},
      {"signin", "FIPS endpoint in us-gov-"},
      {"signin", "ISO partition (us-iso-east-1)"},
      {"signin", "ISO-B partition (us-isob-east-1)"},
  }};
  return std::any_of(k_newer.begin(), k_newer.end(), [&](const auto& newer) {
    return newer.first == service && documentation.starts_with(newer.second);
  });
}

struct Counts {
  int passed = 0;
  int skipped = 0;
  int newer = 0;  ///< fail because the installed models are older
  int failed = 0;
};

class Conformance : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(environment_or("VIRGA_CONFORMANCE", VIRGA_SOURCE_DIR "/../shared/conformance")) /
        "endpoint-rules";
    const std::string pack =
        environment_or("VIRGA_MODELS", VIRGA_SOURCE_DIR "/build/release/models.pack");
    if (!fs::exists(folder_) || !fs::exists(pack)) {
      GTEST_SKIP() << "needs " << folder_ << " and a model pack at " << pack;
    }
    auto catalog = model::Catalog::open(pack);
    ASSERT_TRUE(catalog) << catalog.error().message;
    catalog_.emplace(std::move(*catalog));
  }

  /// Whether the installed rule set has the parameters that the case names.
  bool is_known(const model::Document& rules, const Map& params) const {
    for (const auto& entry : params) {
      if (rules.find("parameters").find(entry.first).is_null()) {
        return false;
      }
    }
    return true;
  }

  void run_case(const std::string& service, const model::Document& rules, const Value& test_case) {
    const Map empty;
    const auto* params = test_case.find("params");
    const Map& given = params == nullptr ? empty : *params->as_map();
    if (!is_known(rules, given)) {
      ++counts_.skipped;
      return;
    }
    Arena arena;
    RuleParameters parameters;
    for (const auto& [name, value] : given) {
      parameters.emplace_back(name, rule_value(value, arena));
    }
    const auto result = evaluate_rules(rules, catalog_->partitions(), parameters, arena);
    const Value* expected = test_case.find("expect")->find("endpoint");
    std::string want;
    std::string have;
    if (expected != nullptr) {
      Value clean = *expected;
      drop_defaults(clean);
      const Value found = result ? endpoint_value(*result) : Value(result.error().message);
      want = found == clean ? "" : to_json(clean);
      have = to_json(found);
    } else {
      const auto message = test_case.find("expect")->text("error");
      have = result ? result->url : result.error().message;
      want = have == message ? "" : message;
    }
    if (!want.empty() && is_of_newer_model(service, test_case.text("documentation"))) {
      ++counts_.newer;
      return;
    }
    ++(want.empty() ? counts_.passed : counts_.failed);
    if (!want.empty()) {
      ADD_FAILURE() << service << ": " << test_case.text("documentation") << "\n  "
                    << to_json(given) << "\n  want " << want << "\n  have " << have;
    }
  }

  fs::path folder_;
  std::optional<model::Catalog> catalog_;
  Counts counts_;
};

TEST_F(Conformance, RuleSetsGiveTheEndpointsOfTheirTests) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  int absent = 0;
  for (const auto& folder : folders) {
    auto text = read_file((folder / "endpoint-tests-1.json").string());
    if (!text) {
      continue;
    }
    const auto tests = read_json(*text);
    ASSERT_TRUE(tests) << folder;
    const auto* cases = tests->find("testCases")->as_list();
    ASSERT_NE(cases, nullptr);
    const auto service = catalog_->find_service(folder.filename().string());
    if (!service || service->endpoint_rules().is_null()) {
      counts_.skipped += static_cast<int>(cases->size());
      ++absent;
      continue;
    }
    for (const auto& test_case : *cases) {
      run_case(folder.filename().string(), service->endpoint_rules(), test_case);
    }
  }
  std::cout << "endpoint rules: " << counts_.passed << " passed, " << counts_.failed << " failed, "
            << counts_.skipped << " skipped, " << counts_.newer << " of newer models (" << absent
            << " services without an installed rule set)\n";
}

}  // namespace
}  // namespace virga::endpoint
