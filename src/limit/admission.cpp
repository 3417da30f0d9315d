// SPDX-License-Identifier: Apache-2.0
#include "limit/admission.hpp"

#include <algorithm>
#include <utility>

namespace virga::limit {

Admission::Admission(const AdmissionOptions& options) : options_(options) {
  options_.cap = std::max(1, options_.cap);
  auto& lane = options_.lane;
  lane.ceiling = std::clamp(lane.ceiling, 1, options_.cap);
  lane.floor = std::clamp(lane.floor, 1, lane.ceiling);
}

Admission::LaneState& Admission::lane(std::string_view name) {
  auto found = lanes_.find(name);
  if (found == lanes_.end()) {
    found =
        lanes_
            .emplace(std::string(name),
                     std::make_unique<LaneState>(std::string(name), options_.lane, options_.rate))
            .first;
  }
  return *found->second;
}

void Admission::wait(Request& request, SteadyPoint now, bool again) {
  LaneState& state = *request.lane;
  state.lane.advance(now, true);
  auto& queue = state.queues[static_cast<std::size_t>(request.priority)];
  if (again) {
    queue.push_front(&request);
  } else {
    queue.push_back(&request);
  }
  if (state.waiting++ == 0) {
    working_.push_back(&state);
  }
  ++waiting_;
}

void Admission::withdraw(Request& request, SteadyPoint now) {
  LaneState& state = *request.lane;
  auto& queue = state.queues[static_cast<std::size_t>(request.priority)];
  queue.erase(std::find(queue.begin(), queue.end(), &request));
  --waiting_;
  if (--state.waiting == 0) {
    working_.erase(std::find(working_.begin(), working_.end(), &state));
  }
  state.lane.advance(now, state.has_work());
}

void Admission::admit(SteadyPoint now, std::vector<Request*>& out) {
  for (LaneState* state : working_) {
    state->lane.advance(now, true);
  }
  for (std::size_t priority = 0; priority < k_priorities; ++priority) {
    std::size_t refused = 0;  // lanes in a row
    while (refused < working_.size() && in_flight_ < options_.cap) {
      LaneState* const state = working_.front();
      working_.pop_front();
      refused = admit_one(*state, priority, now, out) ? 0 : refused + 1;
      if (state->has_work()) {
        working_.push_back(state);
      } else {
        state->lane.advance(now, false);
      }
    }
  }
}

bool Admission::admit_one(LaneState& state,
                          std::size_t priority,
                          SteadyPoint now,
                          std::vector<Request*>& out) {
  auto& queue = state.queues[priority];
  if (queue.empty()) {
    return false;
  }
  const bool is_alone = static_cast<Priority>(priority) == Priority::interactive &&
                        state.waiting == 1 && state.lane.in_flight() == 0;
  if (!(is_alone && state.lane.may_send_alone(now)) && !state.lane.ready(now)) {
    return false;
  }
  Request* const request = queue.front();
  queue.pop_front();
  --state.waiting;
  --waiting_;
  ++in_flight_;
  ++state.sent;
  state.lane.on_sent(now);
  request->admitted = true;
  request->sent = now;
  request->load = state.lane.in_flight();
  out.push_back(request);
  return true;
}

void Admission::done(const Request& request, Outcome outcome, SteadyPoint now) {
  LaneState& state = *request.lane;
  --in_flight_;
  state.lane.advance(now, state.has_work());
  state.lane.on_done({request.sent, now, request.load, outcome});
}

std::optional<SteadyPoint> Admission::wake_at(SteadyPoint now) const {
  std::optional<SteadyPoint> first;
  if (in_flight_ >= options_.cap) {
    return first;
  }
  for (const LaneState* state : working_) {
    if (const auto at = state->lane.wake_at(now); at && (!first || *at < *first)) {
      first = at;
    }
  }
  return first;
}

}  // namespace virga::limit
