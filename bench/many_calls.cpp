// SPDX-License-Identifier: Apache-2.0
// many_calls <endpoint URL> <count>: sts GetCallerIdentity, one after the other, over the whole
// call path and one pooled connection. whole_process.py measures it.
#include <cstdio>
#include <cstdlib>

#include "auth/credentials.hpp"
#include "config/environment.hpp"
#include "engine/call_path.hpp"
#include "engine/model_pack.hpp"
#include "http/curl_transport.hpp"
#include "retry/retry_policy.hpp"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: many_calls <endpoint URL> <count>\n", stderr);
    return 2;
  }
  using namespace virga;
  const config::ProcessEnvironment environment;
  config::Settings settings(environment);
  settings.set_option(config::Setting::endpoint_url, argv[1]);
  const auto catalog = model::Catalog::open(engine::find_pack(environment));
  const auto sts = catalog ? catalog->find_service("sts") : std::nullopt;
  const auto operation = sts ? sts->find_operation("GetCallerIdentity") : std::nullopt;
  if (!operation) {
    std::fputs("no model pack with sts\n", stderr);
    return 1;
  }
  SystemClock clock;
  SystemRandom random;
  const auth::CredentialChain credentials = auth::default_chain({settings, clock, random});
  http::CurlTransport transport{http::TransportOptions()};
  retry::RetryPolicy retry(retry::RetryOptions(), clock, random);
  engine::CallPath path({*catalog, settings, credentials, transport, retry, clock, random});
  for (long i = std::strtol(argv[2], nullptr, 10); i > 0; --i) {
    if (const auto page = path.call(engine::Call{*operation}); !page) {
      std::fprintf(stderr, "%s\n", page.error().message.c_str());
      return 1;
    }
  }
  return 0;
}
