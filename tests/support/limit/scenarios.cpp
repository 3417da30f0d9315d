// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "support/limit/simulator.hpp"

namespace virga::test {
namespace {

using Latency = std::function<double(std::mt19937_64&, double, int)>;
using Servers = std::function<int(double)>;

/// With 5 % of jitter either way.
Latency around(double seconds) {
  return [seconds](std::mt19937_64& random, double, int) {
    return seconds * std::uniform_real_distribution<double>(0.95, 1.05)(random);
  };
}

/// Log-normal with p99 = 10 * p50.
Latency heavy_tail(double median) {
  return [median](std::mt19937_64& random, double, int) {
    return median * std::exp(std::normal_distribution<double>(0, std::log(10.0) / 2.326)(random));
  };
}

/// Class 0 is fast, class 1 slow.
Latency by_class(double fast, double slow) {
  return [fast, slow](std::mt19937_64& random, double, int operation_class) {
    return (operation_class == 0 ? fast : slow) *
           std::uniform_real_distribution<double>(0.95, 1.05)(random);
  };
}

Latency changing(double before, double after, double at) {
  return [before, after, at](std::mt19937_64& random, double now, int) {
    return (now < at ? before : after) * std::uniform_real_distribution<double>(0.95, 1.05)(random);
  };
}

Servers knee(int servers) {
  return [servers](double) { return servers; };
}

ServiceModel queueing(Latency latency, Servers servers = {}) {
  ServiceModel out;
  out.latency = std::move(latency);
  out.servers = std::move(servers);
  return out;
}

ServiceModel bucket(double burst, double refill, double lump = 0, double latency = 0.1) {
  ServiceModel out;
  out.latency = around(latency);
  out.burst = burst;
  out.refill_per_second = refill;
  out.lump_seconds = lump;
  return out;
}

int every_second(int operation) { return operation % 2; }

Scenario scenario(std::string name, ServiceModel service, int operations) {
  Scenario out;
  out.name = std::move(name);
  out.service = std::move(service);
  out.operations = operations;
  return out;
}

void add_throttled(std::vector<Scenario>& out) {
  out.push_back(scenario("3a bucket 100, 20/s", bucket(100, 20), 1000));
  out.push_back(scenario("3b bucket 50, 5/s", bucket(50, 5), 1000));
  out.push_back(scenario("3c bucket 50, 10/s in lumps", bucket(50, 10, 1), 1000));
  out.push_back(scenario("3d bucket 2000, 2000/s", bucket(2000, 2000), 30000));
  auto bounded = queueing(around(0.1));
  bounded.most_in_flight = 16;
  out.push_back(scenario("3e at most 16 in flight", bounded, 4000));
  out.push_back(scenario("3f bucket 1000, 20/s", bucket(1000, 20), 2000));
}

void add_shared(std::vector<Scenario>& out) {
  auto two = scenario("10a two share 20/s", bucket(100, 20), 500);
  two.clients = 2;
  out.push_back(two);
  two.name = "10b beside a fixed 10";
  two.fixed_neighbour = true;
  out.push_back(two);
  two = scenario("10c two share a knee at 32", queueing(around(0.1), knee(32)), 5000);
  two.clients = 2;
  two.second_client_at = 2;
  out.push_back(two);
  auto mixed = scenario("11a one operation throttled, one lane", bucket(100, 20), 2000);
  mixed.service.bucket_class = 1;
  mixed.class_of = every_second;
  out.push_back(mixed);
  mixed.name = "11b the same, two lanes";
  mixed.lane_per_class = true;
  out.push_back(mixed);
}

}  // namespace

std::vector<Scenario> all_scenarios() {
  std::vector<Scenario> out;
  out.push_back(scenario("1 constant 100 ms, free", queueing(around(0.1)), 5000));
  out.push_back(scenario("2a knee at 32", queueing(around(0.1), knee(32)), 5000));
  out.push_back(scenario("2b knee at 4", queueing(around(0.1), knee(4)), 1000));
  add_throttled(out);
  out.push_back(scenario("4a p99 = 10 p50, free", queueing(heavy_tail(0.1)), 10000));
  out.push_back(scenario("4b the same, knee at 64", queueing(heavy_tail(0.1), knee(64)), 10000));
  out.push_back(
      scenario("5 knee 64, 8, 64",
               queueing(around(0.1), [](double now) { return now >= 20 && now < 40 ? 8 : 64; }),
               25000));
  out.push_back(scenario("6 constant 5 s, free", queueing(around(5)), 2500));
  auto mixed = scenario("7a 20 ms and 2 s, one lane", queueing(by_class(0.02, 2)), 5000);
  mixed.class_of = every_second;
  out.push_back(mixed);
  mixed.name = "7b the same, two lanes";
  mixed.lane_per_class = true;
  out.push_back(mixed);
  out.push_back(scenario("7c 20 ms, then 2 s", queueing(changing(0.02, 2, 1)), 15000));
  auto slow_client = scenario("8 client does 400/s", queueing(around(0.1)), 5000);
  slow_client.client_seconds = 1.0 / 400;
  out.push_back(slow_client);
  out.push_back(scenario("9 batch of 50", queueing(around(0.1)), 50));
  out.push_back(scenario("9b batch of 150", queueing(around(0.1)), 150));
  add_shared(out);
  auto failing = queueing(around(0.1));
  failing.error_share = 0.02;
  out.push_back(scenario("12 2 % errors", failing, 5000));
  out.push_back(scenario("13 60 ms, then 110 ms", queueing(changing(0.06, 0.11, 1)), 10000));
  return out;
}

}  // namespace virga::test
