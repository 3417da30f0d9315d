// SPDX-License-Identifier: Apache-2.0
#include "support/limit/simulator.hpp"

#include <algorithm>
#include <cmath>
#include <queue>
#include <tuple>

namespace virga::test {
namespace {

using limit::Outcome;

SteadyPoint point(double seconds) { return SteadyPoint(limit::from_seconds(seconds)); }

struct Client {
  std::unique_ptr<Policy> policy;
  int throttled_attempts = 3;
  std::vector<SimRequest> requests;
  double free_at = 0;  ///< when it can handle the next reply
  double quota = 500;
  int in_flight = 0;
  double wake_at = 0;  ///< of the wake-up that is scheduled
};

enum class Kind { begin, reply, retry, wake };

struct Event {
  double at;
  std::uint64_t order;
  Kind kind;
  std::size_t client;
  SimRequest* request;
  Service::Verdict verdict;

  bool operator>(const Event& other) const {
    return std::tie(at, order) > std::tie(other.at, other.order);
  }
};

class Simulation {
 public:
  Simulation(const Scenario& scenario, const std::string& policy, std::uint64_t seed)
      : scenario_(scenario), service_(scenario.service, seed), random_(seed + 1000) {
    for (int i = 0; i < scenario.clients; ++i) {
      Client client;
      counted_.push_back(i == 0 || !scenario.fixed_neighbour);
      const std::string name = i > 0 && scenario.fixed_neighbour ? "10" : policy;
      client.policy = make_policy(name);
      client.throttled_attempts = name == "lane" || name == "target" ? 5 : 3;
      client.requests.resize(static_cast<std::size_t>(scenario.operations));
      clients_.push_back(std::move(client));
      push(i == 0 ? 0 : scenario.second_client_at, Kind::begin, static_cast<std::size_t>(i));
    }
    out_.operations = scenario.operations * (scenario.fixed_neighbour ? 1 : scenario.clients);
  }

  Outcomes run() {
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.at;
      Client& client = clients_[event.client];
      switch (event.kind) {
        case Kind::begin:
          begin(client);
          break;
        case Kind::reply:
          reply(event, client);
          break;
        case Kind::retry:
          client.policy->wait(*event.request, point(now_), true);
          break;
        case Kind::wake:
          client.wake_at = 0;
          break;
      }
      pump(event.client);
    }
    return out_;
  }

 private:
  std::unique_ptr<Policy> make_policy(const std::string& name) {
    if (name == "clairvoyant") {
      return make_clairvoyant_policy(service_);
    }
    if (name != "lane" && name != "target") {
      return make_peer_policy(name);
    }
    limit::AdmissionOptions options;
    if (name == "target") {
      options.lane.mode = limit::Mode::target;
      options.lane.target_latency = std::chrono::milliseconds(200);
    }
    return make_lane_policy(options, scenario_.lane_per_class);
  }

  void push(double at,
            Kind kind,
            std::size_t client,
            SimRequest* request = nullptr,
            Service::Verdict verdict = Service::Verdict::ok) {
    events_.push({at, order_++, kind, client, request, verdict});
  }

  void begin(Client& client) {
    int number = 0;
    for (auto& request : client.requests) {
      request.operation = number++;
      request.operation_class = scenario_.class_of ? scenario_.class_of(request.operation) : 0;
      client.policy->wait(request, point(now_), false);
    }
  }

  void pump(std::size_t index) {
    Client& client = clients_[index];
    std::vector<limit::Admission::Request*> admitted;
    do {
      admitted.clear();
      client.policy->admit(point(now_), admitted);
      for (auto* request : admitted) {
        send(index, static_cast<SimRequest&>(*request));
      }
    } while (!admitted.empty());
    const auto wake = client.policy->wake_at(point(now_));
    if (!wake) {
      return;
    }
    const double at = std::max(now_, limit::to_seconds(wake->time_since_epoch()) + 1e-9);
    if (client.wake_at == 0 || at < client.wake_at) {
      client.wake_at = at;
      push(at, Kind::wake, index);
    }
  }

  void send(std::size_t index, SimRequest& request) {
    Client& client = clients_[index];
    ++request.attempt;
    out_.requests += counted_[index] ? 1 : 0;
    out_.most_in_flight = std::max(out_.most_in_flight, ++client.in_flight);
    const auto answer = service_.send(now_, request.operation_class);
    double at = answer.at;
    if (scenario_.client_seconds > 0) {
      // Handled one after the other, in the order of arrival: near enough in that of sending.
      client.free_at = std::max(client.free_at, at) + scenario_.client_seconds;
      at = client.free_at;
    }
    request.sent = point(now_);
    push(at, Kind::reply, index, &request, answer.verdict);
  }

  void reply(const Event& event, Client& client) {
    SimRequest& request = *event.request;
    --client.in_flight;
    const bool throttled = event.verdict == Service::Verdict::throttled;
    const bool ok = event.verdict == Service::Verdict::ok;
    client.policy->done(request,
                        ok          ? Outcome::ok
                        : throttled ? Outcome::throttled
                                    : Outcome::error,
                        point(now_));
    out_.seconds = std::max(out_.seconds, now_);
    out_.throttled += throttled && counted_[event.client] ? 1 : 0;
    if (ok) {
      client.quota = std::min(500.0, client.quota + (request.attempt > 1 ? 5 : 1));
      return;
    }
    const int most = throttled ? client.throttled_attempts : 3;
    if (request.attempt >= most || client.quota < 5) {
      out_.failed += counted_[event.client] ? 1 : 0;
      return;
    }
    client.quota -= 5;
    const double delay = std::uniform_real_distribution<double>(0, 1)(random_) *
                         std::min(std::pow(2, request.attempt - 1), 20.0);
    push(now_ + delay, Kind::retry, event.client, &request);
  }

  const Scenario& scenario_;
  Service service_;
  std::mt19937_64 random_;
  std::vector<Client> clients_;
  std::vector<bool> counted_;  ///< whose requests count
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t order_ = 0;
  double now_ = 0;
  Outcomes out_;
};

}  // namespace

Outcomes simulate(const Scenario& scenario, const std::string& policy, std::uint64_t seed) {
  return Simulation(scenario, policy, seed).run();
}

}  // namespace virga::test
