// SPDX-License-Identifier: Apache-2.0
#include "engine/pager.hpp"

#include <algorithm>
#include <utility>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "engine/result_path.hpp"
#include "params/python_repr.hpp"
#include "value/json_read.hpp"
#include "value/json_write.hpp"

namespace virga::engine {
namespace {

constexpr std::string_view k_truncate_key = "boto_truncate_amount";
/// More than any page holds; keeps sums of what users write within 64 bits.
constexpr std::int64_t k_most_items = std::int64_t{1} << 40U;

/// What Python takes for true: as JMESPath does, but zero is false.
bool is_true(const Value* value) {
  return is_truthy(value) && *value != Value(0) && *value != Value(0.0);
}

std::vector<std::string> texts(const model::Document& document) {
  std::vector<std::string> out;
  if (document.is_string()) {
    out.emplace_back(document.text());
  }
  for (std::uint32_t i = 0; i < document.size(); ++i) {
    out.emplace_back(document.at(i).text());
  }
  return out;
}

/// What counts towards max_items: elements of a list, characters of a text.
std::int64_t length_of(const Value* value) {
  if (value == nullptr) {
    return 0;
  }
  if (const auto* list = value->as_list()) {
    return static_cast<std::int64_t>(list->size());
  }
  if (const auto* text = value->as_string()) {
    return static_cast<std::int64_t>(text->size());
  }
  const auto* map = value->as_map();
  return map == nullptr ? 0 : static_cast<std::int64_t>(map->size());
}

/// Keeps `count` elements from `first` on.
void slice(Value& value, std::int64_t first, std::int64_t count) {
  const std::int64_t size = length_of(&value);
  const std::int64_t from = std::clamp<std::int64_t>(first, 0, size);
  const std::int64_t to =
      std::clamp<std::int64_t>(count < 0 ? size + count : from + count, from, size);
  if (auto* list = value.as_list()) {
    list->erase(list->begin() + to, list->end());
    list->erase(list->begin(), list->begin() + from);
  } else if (auto* text = value.as_string()) {
    *text = text->substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from));
  }
}

bool all_null(const Value& tokens) {
  const auto& map = *tokens.as_map();
  return std::all_of(
      map.begin(), map.end(), [](const auto& entry) { return entry.second.is_null(); });
}

constexpr std::string_view k_encoded_key = "boto_encoded_keys";

/// Replaces the blobs of a token by base64 text and notes where they were.
void encode_blobs(Value& value, const List& path, List& encoded) {
  const auto below = [&](Value& child, Value step) {
    List longer = path;
    longer.push_back(std::move(step));
    encode_blobs(child, longer, encoded);
  };
  if (const auto* blob = value.as_blob()) {
    encoded.emplace_back(path);
    value = base64_encode(blob->bytes);
  } else if (auto* map = value.as_map()) {
    for (auto& [key, child] : *map) {
      below(child, key);
    }
  } else if (auto* list = value.as_list()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      below((*list)[i], static_cast<std::int64_t>(i));
    }
  }
}

Value* step_into(Value& value, const Value& step) {
  if (const auto* key = step.as_string()) {
    auto* map = value.as_map();
    return map == nullptr ? nullptr : map->find(*key);
  }
  auto* list = value.as_list();
  const auto* index = step.as_integer();
  const bool inside = list != nullptr && index != nullptr && *index >= 0 &&
                      static_cast<std::size_t>(*index) < list->size();
  return inside ? &(*list)[static_cast<std::size_t>(*index)] : nullptr;
}

/// Undoes encode_blobs; paths that lead nowhere are ignored.
void decode_blobs(Value& token) {
  const auto* paths = token.find(k_encoded_key);
  const List places = paths == nullptr || !paths->is_list() ? List() : *paths->as_list();
  token.as_map()->erase(k_encoded_key);
  for (const auto& place : places) {
    Value* value = &token;
    for (std::size_t i = 0; place.is_list() && value != nullptr && i < place.as_list()->size();
         ++i) {
      value = step_into(*value, (*place.as_list())[i]);
    }
    const auto* text = value == nullptr ? nullptr : value->as_string();
    if (const auto bytes = text == nullptr ? std::nullopt : base64_decode(*text)) {
      *value = Blob{*bytes};
    }
  }
}

}  // namespace

std::string make_token(Value tokens) {
  List encoded;
  encode_blobs(tokens, {}, encoded);
  if (!encoded.empty()) {
    tokens.as_map()->set(k_encoded_key, std::move(encoded));
  }
  JsonStyle style;
  style.ascii = true;
  return base64_encode(to_json(tokens, style));
}

Result<StartingPoint> read_starting_token(const std::string& token,
                                          const std::vector<std::string>& input_tokens) {
  StartingPoint out;
  const auto bytes = base64_decode(token);
  const auto decoded = bytes && is_utf8(*bytes) ? read_json(*bytes) : Result<Value>(Value());
  if (decoded && decoded->is_map()) {
    out.tokens = *decoded;
    decode_blobs(out.tokens);
    if (const auto* amount = out.tokens.find(k_truncate_key)) {
      const auto* number = amount->as_integer();
      out.truncation = number == nullptr ? 0 : std::clamp<std::int64_t>(*number, 0, k_most_items);
      out.tokens.as_map()->erase(k_truncate_key);
    }
    return out;
  }
  for (const auto& name : input_tokens) {
    out.tokens.as_map()->append(name, nullptr);
  }
  // A token of old: the service's own tokens joined by "___", and how much of the page to skip.
  std::vector<std::string> parts;
  for (std::string_view rest = token;;) {
    const auto at = rest.find("___");
    parts.emplace_back(rest.substr(0, at));
    if (at == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(at + 3);
  }
  if (parts.size() == input_tokens.size() + 1) {
    if (const auto index = parse_int(parts.back())) {
      out.truncation = std::clamp<std::int64_t>(*index, 0, k_most_items);
      parts.pop_back();
    } else {
      parts = {token};
    }
  }
  if (parts.size() > input_tokens.size()) {
    return fail(ErrorCode::usage, concat("Bad starting token: ", token));
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    out.tokens.as_map()->set(input_tokens[i], parts[i] == "None" ? Value() : Value(parts[i]));
  }
  return out;
}

Result<std::unique_ptr<Pager>> Pager::start(Caller& caller, Call call, const PageLimits& limits) {
  std::unique_ptr<Pager> pager(new Pager(caller, std::move(call)));
  VIRGA_TRY(pager->read_configuration(limits));
  return pager;
}

Status Pager::read_configuration(const PageLimits& limits) {
  const auto configuration = call_.operation.paginator();
  input_tokens_ = texts(configuration.find("input_token"));
  output_tokens_ = texts(configuration.find("output_token"));
  result_keys_ = texts(configuration.find("result_key"));
  non_aggregate_keys_ = texts(configuration.find("non_aggregate_keys"));
  more_results_ = configuration.text("more_results");
  if (limits.max_items) {
    max_items_ = std::max<std::int64_t>(*limits.max_items, 0);
  }
  if (input_tokens_.size() != output_tokens_.size() || result_keys_.empty()) {
    return fail(ErrorCode::models,
                concat("The paginator of ", call_.operation.name(), " is incomplete."));
  }
  for (const auto& name : input_tokens_) {
    tokens_.as_map()->append(name, nullptr);
  }
  auto& params = *call_.params.as_map();
  if (limits.starting_token) {
    VIRGA_TRY_ASSIGN(auto point, read_starting_token(*limits.starting_token, input_tokens_));
    tokens_ = std::move(point.tokens);
    starting_truncation_ = point.truncation;
    has_starting_token_ = true;
    put_tokens(tokens_);
  }
  if (limits.page_size) {
    const auto limit_key = configuration.text("limit_key");
    if (limit_key.empty()) {
      return fail(ErrorCode::usage,
                  "Error during pagination: PageSize parameter is not supported for the pagination "
                  "interface for this "
                  "operation.");
    }
    params.set(limit_key, *limits.page_size);
  }
  return {};
}

void Pager::put_tokens(const Value& tokens) {
  auto& params = *call_.params.as_map();
  for (const auto& [name, token] : *tokens.as_map()) {
    if (token.is_null() || token == Value("None")) {
      params.erase(name);
    } else {
      params.set(name, token);
    }
  }
}

Value Pager::next_tokens(const Value& output) const {
  Map tokens;
  if (!more_results_.empty() && !is_true(find_path(output, more_results_))) {
    return tokens;
  }
  for (std::size_t i = 0; i < input_tokens_.size(); ++i) {
    const auto* token = find_path(output, output_tokens_[i]);
    tokens.append(input_tokens_[i], is_true(token) ? *token : Value());
  }
  return tokens;
}

/// Drops what an earlier result already showed of the page that the starting token names.
void Pager::skip_to_start(Value& output) {
  Value* primary = find_path(output, result_keys_[0]);
  if (primary != nullptr && (primary->is_list() || primary->is_string())) {
    slice(*primary, starting_truncation_, length_of(primary));
  } else {
    set_path(output, result_keys_[0], nullptr);
  }
  for (std::size_t i = 1; i < result_keys_.size(); ++i) {
    const Value* sample = find_path(std::as_const(output), result_keys_[i]);
    Value empty;
    if (sample != nullptr && sample->is_list()) {
      empty = List();
    } else if (sample != nullptr && sample->is_string()) {
      empty = std::string();
    } else if (sample != nullptr &&
               (sample->is_integer() || sample->is_number() || sample->is_bool())) {
      empty = *sample;
    }
    set_path(output, result_keys_[i], std::move(empty));
  }
}

void Pager::record_non_aggregate_part(const Value& output) {
  const bool is_derived = call_.operation.paginator().find("derived").boolean();
  for (const auto& key : non_aggregate_keys_) {
    const auto* value = find_path(output, key);
    if (value == nullptr && is_derived) {
      continue;  // the AWS CLI shows null for what its own paginators name
    }
    set_path(non_aggregate_part_, key, value == nullptr ? Value() : *value);
  }
}

Result<std::optional<Page>> Pager::next() {
  if (failure_) {
    return fail(*std::exchange(failure_, std::nullopt));
  }
  if (done_) {
    return std::optional<Page>();
  }
  done_ = true;  // unless this page says otherwise
  VIRGA_TRY_ASSIGN(Page page, caller_.call(call_));
  if (first_ && has_starting_token_) {
    skip_to_start(page.output);
  } else if (!first_) {
    starting_truncation_ = 0;
  }
  if (first_) {
    record_non_aggregate_part(page.output);
    first_ = false;
  }
  if (Status status = advance(page); !status) {
    failure_ = std::move(status).error();  // the page itself is good
  }
  page.is_last = done_ && !failure_;
  return std::optional<Page>(std::move(page));
}

/// Cuts the page where max_items ends, or prepares the request of the next one.
Status Pager::advance(Page& page) {
  Value* primary = find_path(page.output, result_keys_[0]);
  const std::int64_t count = length_of(primary);
  const std::int64_t excess = max_items_ ? items_seen_ + count - *max_items_ : 0;
  if (excess > 0 && primary != nullptr) {
    slice(*primary, 0, count - excess);
    tokens_.as_map()->set(k_truncate_key, count - excess + starting_truncation_);
    resume_token_ = make_token(tokens_);
    return {};
  }
  items_seen_ += count;
  Value next = next_tokens(page.output);
  if (all_null(next)) {
    return {};
  }
  tokens_ = std::move(next);
  if (max_items_ && items_seen_ == *max_items_) {
    resume_token_ = make_token(tokens_);
    return {};
  }
  if (previous_tokens_ == tokens_) {
    return fail(ErrorCode::general,
                concat("Error during pagination: The same next token was received twice: ",
                       params::python_repr(tokens_)));
  }
  put_tokens(tokens_);
  previous_tokens_ = tokens_;
  done_ = false;
  return {};
}

std::optional<std::int64_t> Pager::items_needed() const {
  return max_items_ ? std::optional(*max_items_ + starting_truncation_) : std::nullopt;
}

bool is_last_page(const model::Operation& operation, const Value& output) {
  const auto paginator = operation.paginator();
  const auto more_results = paginator.text("more_results");
  if (!more_results.empty() && !is_true(find_path(output, more_results))) {
    return true;
  }
  const auto tokens = texts(paginator.find("output_token"));
  return std::none_of(tokens.begin(), tokens.end(), [&](const std::string& path) {
    return is_true(find_path(output, path));
  });
}

}  // namespace virga::engine
