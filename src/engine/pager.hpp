// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/caller.hpp"

namespace virga::engine {

/// What the user says of a paginated call.
struct PageLimits {
  std::optional<std::int64_t> max_items;
  std::optional<Value> page_size;  ///< integer or string, as the operation's limit member is
  std::optional<std::string>
      starting_token;  ///< as an earlier result's NextToken, or a service's own token
};

/// Where a listing goes on, as a token of botocore's or of the service says.
struct StartingPoint {
  Value tokens = Map();         ///< members of the input; null where the listing begins
  std::int64_t truncation = 0;  ///< items of the page there that an earlier result had
};

/// `input_tokens`: the members that the operation's own tokens are. Errors: usage.
[[nodiscard]] Result<StartingPoint> read_starting_token(
    const std::string& token, const std::vector<std::string>& input_tokens);

/// A token that read_starting_token() understands, and botocore.
[[nodiscard]] std::string make_token(Value tokens);

/// The pages of an operation that the models say how to paginate, with the AWS CLI's --max-items,
/// --page-size and
/// --starting-token. `next` fetches; nothing is fetched ahead here (see read_ahead.hpp). What pages
/// say of the whole may be read while another thread fetches: the non-aggregate part once the first
/// page is there, the resume token once the last one is.
///
/// Source: tokens are interchangeable with botocore's (base64 of a JSON object of the input tokens,
/// with boto_truncate_amount where a page was cut). Thread-compatible.
class Pager final : public Pages {
 public:
  /// Errors: usage, for a page size where the operation takes none, or a token that does not fit.
  [[nodiscard]] static Result<std::unique_ptr<Pager>> start(Caller& caller,
                                                            Call call,
                                                            const PageLimits& limits);

  [[nodiscard]] Result<std::optional<Page>> next() override;

  /// The paths that are concatenated over pages; the first one is what max_items counts.
  [[nodiscard]] const std::vector<std::string>& result_keys() const { return result_keys_; }

  /// Their paths, as the paginator has them.
  [[nodiscard]] const std::vector<std::string>& non_aggregate_keys() const {
    return non_aggregate_keys_;
  }

  /// The members of the first page that the whole result has besides the result keys; null where
  /// absent.
  [[nodiscard]] const Value& non_aggregate_part() const { return non_aggregate_part_; }

  /// How many items of the first result key, from the first page on, the reader can ask for;
  /// nothing where it wants them all.
  [[nodiscard]] std::optional<std::int64_t> items_needed() const;

  /// Has the caller live as long as the pager.
  void own(std::unique_ptr<Caller> caller) { owned_caller_ = std::move(caller); }

  /// What continues after a result that max_items cut short; empty if nothing was.
  [[nodiscard]] const std::string& resume_token() const { return resume_token_; }

 private:
  Pager(Caller& caller, Call call) : caller_(caller), call_(std::move(call)) {}

  Status read_configuration(const PageLimits& limits);
  [[nodiscard]] Value next_tokens(const Value& output) const;
  void put_tokens(const Value& tokens);
  void skip_to_start(Value& output);
  void record_non_aggregate_part(const Value& output);
  Status advance(Page& page);

  std::unique_ptr<Caller> owned_caller_;
  Caller& caller_;
  Call call_;
  std::vector<std::string> input_tokens_;
  std::vector<std::string> output_tokens_;
  std::vector<std::string> result_keys_;
  std::vector<std::string> non_aggregate_keys_;
  std::string more_results_;
  std::optional<std::int64_t> max_items_;
  std::int64_t starting_truncation_ = 0;
  bool has_starting_token_ = false;
  Value tokens_ = Map();  ///< of the request that is sent next
  Value previous_tokens_;
  std::int64_t items_seen_ = 0;
  bool first_ = true;
  bool done_ = false;
  std::optional<Error> failure_;  ///< what the next call of next() returns
  Value non_aggregate_part_ = Map();
  std::string resume_token_;
};

/// Whether no page follows this one: the operation has no paginator, or the page no token.
[[nodiscard]] bool is_last_page(const model::Operation& operation, const Value& output);

}  // namespace virga::engine
