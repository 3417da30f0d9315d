// SPDX-License-Identifier: Apache-2.0
#include "completion/cached_names.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/strings.hpp"
#include "cache/cache.hpp"
#include "cache/disk_tier.hpp"
#include "support/fake_clock.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_model.hpp"
#include "value/json_read.hpp"

namespace virga::completion {
namespace {

constexpr std::string_view k_model = R"({
  "version": "2.0",
  "metadata": {"protocol": "json", "jsonVersion": "1.1", "serviceId": "Tiny", "endpointPrefix": "tiny",
               "signatureVersion": "v4", "apiVersion": "2020-01-01", "targetPrefix": "T"},
  "operations": {
    "DeleteThing": {"name": "DeleteThing", "http": {"method": "POST", "requestUri": "/"},
                    "input": {"shape": "DeleteThingInput"}},
    "ListThings": {"name": "ListThings", "http": {"method": "POST", "requestUri": "/"},
                   "input": {"shape": "ListThingsInput"}, "output": {"shape": "ListThingsOutput"}}
  },
  "shapes": {
    "DeleteThingInput": {"type": "structure", "members": {"ThingName": {"shape": "S"}, "Shelf": {"shape": "S"}}},
    "ListThingsInput": {"type": "structure", "members": {"Shelf": {"shape": "S"}}},
    "ListThingsOutput": {"type": "structure", "members": {"Things": {"shape": "ThingList"}}},
    "ThingList": {"type": "list", "member": {"shape": "Thing"}},
    "Thing": {"type": "structure", "members": {"ThingName": {"shape": "S"}, "Description": {"shape": "S"}}},
    "S": {"type": "string"}
  }
})";

class CachedNames : public testing::Test {
 protected:
  [[nodiscard]] static cache::Question question() {
    cache::Question out;
    out.service = "tiny";
    out.operation = "ListThings";
    out.identity = "key AKIDEXAMPLE";
    out.account = "123456789012";
    out.region = "eu-west-1";
    return out;
  }

  void keep(const cache::Question& asked, const std::string& answer) {
    cache::Cache cache({.root = folder.path()}, clock, random);
    static_cast<void>(cache::cached(
        cache, asked, {.ttl = std::chrono::hours(1)}, [&] { return read_json(answer); }));
  }

  std::string names(std::string_view prefix = "",
                    std::chrono::milliseconds time = std::chrono::seconds(60)) {
    const auto operation = *catalog.service(0).find_operation("DeleteThing");
    const GivenOptions options;
    const auto tier = cache::make_disk_tier(folder.path(), clock);
    const auto found = cached_names(
        {operation, *operation.input()->find_member("ThingName"), params, options, prefix},
        catalog,
        asker,
        {folder.path(), *tier, std::chrono::steady_clock::now() + time});
    std::vector<std::string> out;
    for (const auto& candidate : found) {
      out.push_back(candidate.description.empty()
                        ? candidate.text
                        : concat(candidate.text, "(", candidate.description, ")"));
    }
    return join(out, " ");
  }

  test::TemporaryFolder folder;
  test::FakeClock clock;
  SystemRandom random;
  model::Catalog catalog = test::tiny_catalog(k_model);
  std::map<std::string, std::string, std::less<>> params;
  Asker asker{"key AKIDEXAMPLE", "123456789012", "eu-west-1", [](const model::Service&) {
                return std::string();
              }};
};

constexpr const char* k_answer =
    R"({"Things": [{"ThingName": "lamp", "Description": "the\nred one"}, {"ThingName": "chair"}]})";

TEST_F(CachedNames, AreThoseOfKeptAnswers) {
  EXPECT_EQ(names(), "");
  keep(question(), k_answer);
  EXPECT_EQ(names(), "lamp(the red one) chair");
  EXPECT_EQ(names("ch"), "chair");
}

TEST_F(CachedNames, AreNeverThoseOfAnotherIdentityRegionOrEndpoint) {
  auto asked = question();
  asked.identity = "key AKIDOTHER";
  keep(asked, k_answer);
  asked = question();
  asked.region = "us-east-1";
  keep(asked, k_answer);
  asked = question();
  asked.endpoint = "http://localhost";
  keep(asked, k_answer);
  EXPECT_EQ(names(), "");
  asker.identity.clear();
  EXPECT_EQ(names(), "");
}

TEST_F(CachedNames, FitTheParametersThatWereGiven) {
  auto asked = question();
  asked.params.as_map()->append("Shelf", "upper");
  keep(asked, k_answer);
  params["Shelf"] = "lower";
  EXPECT_EQ(names(), "");
  params["Shelf"] = "upper";
  EXPECT_EQ(names("l"), "lamp(the red one)");
}

TEST_F(CachedNames, LeaveOutWhatCannotBeTyped) {
  keep(question(),
       R"({"Things": [{"ThingName": "a\nb"}, {"ThingName": "\u001b[2J"}, {"ThingName": "ok"},
                                  {"ThingName": 7}, 3, {"ThingName": ""}, {"ThingName": "--endpoint-url=x"},
                                  {"ThingName": "file:///etc/passwd"}]})");
  EXPECT_EQ(names(), "ok");
}

TEST_F(CachedNames, SurviveWhateverIsInTheFolder) {
  keep(question(), k_answer);
  const auto tiny = folder.path() + "/123456789012/eu-west-1/tiny";
  std::filesystem::create_directories(tiny + "/ListThings/" + std::string(64, 'a'));
  std::filesystem::create_directories(tiny + "/NoSuchOperation");
  std::filesystem::create_directories(folder.path() + "/123456789012/eu-west-1/%2e%2e");
  std::ofstream(tiny + "/ListThings/" + std::string(64, 'b')) << "no entry";
  std::ofstream(tiny + "/ListThings/" + std::string(64, 'c'));
  std::filesystem::create_symlink("/dev/zero", tiny + "/ListThings/" + std::string(64, 'd'));
  EXPECT_EQ(names("c"), "chair");
}

TEST_F(CachedNames, ComeInTimeOrNotAtAll) {
  keep(question(), k_answer);
  EXPECT_EQ(names("", std::chrono::milliseconds(-1)), "");
}

}  // namespace
}  // namespace virga::completion
