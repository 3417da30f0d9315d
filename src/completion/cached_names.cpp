// SPDX-License-Identifier: Apache-2.0
#include "completion/cached_names.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include <dirent.h>
#include <sys/stat.h>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "cache/disk_tier.hpp"
#include "completion/nouns.hpp"

namespace virga::completion {
namespace {

/// More is no help to a person, and shells are slow with it.
constexpr std::size_t k_most_names = 5000;
constexpr std::size_t k_most_entries = 64;  ///< of one operation, the newest

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> out;
  DIR* const stream = opendir(folder.c_str());
  if (stream == nullptr) {
    return out;
  }
  while (const dirent* const entry = readdir(stream)) {  // NOLINT: a stream of our own
    if (entry->d_name[0] != '.') {
      out.emplace_back(entry->d_name);
    }
  }
  closedir(stream);
  return out;
}

/// The name that people gave a thing: its tag Name, or what describes it.
std::string caption(const Map& thing, std::string_view without) {
  for (const auto* key : {"Tags", "TagSet", "tags"}) {
    const auto* value = thing.find(key);
    const auto* tags = value == nullptr ? nullptr : value->as_list();
    for (std::size_t i = 0; tags != nullptr && i < tags->size(); ++i) {
      if ((*tags)[i].text("Key") == "Name") {
        return description_line((*tags)[i].text("Value"));
      }
    }
  }
  for (const auto* key : {"Name", "name", "Description", "description"}) {
    const auto* value = thing.find(key);
    if (key != without && value != nullptr && value->as_string() != nullptr) {
      return description_line(*value->as_string());
    }
  }
  return {};
}

/// Whether a command line takes the name for what it is: not for an option, nor for a file to read.
/// Names are chosen by others.
bool is_plain_value(std::string_view name) {
  return !name.starts_with("-") && !name.starts_with("file://") && !name.starts_with("fileb://");
}

/// One search through the kept answers.
class Search {
 public:
  Search(const NameQuery& query, const Asker& asker, const Shelf& shelf)
      : query_(query),
        asker_(asker),
        shelf_(shelf),
        nouns_(nouns_of(query.operation, query.member)) {}

  /// Through the answers of a service that agree at least so well.
  void look_through(const model::Service& service, int least_score);

  /// The names of the best score.
  [[nodiscard]] std::vector<Candidate> take() { return std::move(found_); }

 private:
  void look_through(const std::vector<ValuePath>& paths, cache::Found found);
  [[nodiscard]] bool is_ours(const cache::Question& question) const;
  void collect(const Value& value, const ValuePath& path, std::size_t depth, const Map* holder);
  void add(const std::string& name, const ValuePath& path, const Map* holder);

  [[nodiscard]] bool is_late() const {
    return std::chrono::steady_clock::now() >= shelf_.deadline || found_.size() >= k_most_names;
  }

  const NameQuery& query_;
  const Asker& asker_;
  const Shelf& shelf_;
  std::vector<std::string> nouns_;
  std::string endpoint_;
  int score_ = 1;
  std::vector<Candidate> found_;
  std::unordered_set<std::string> seen_;
};

void Search::look_through(const model::Service& service, int least_score) {
  score_ = std::max(score_, least_score);
  endpoint_ = asker_.endpoint(service);
  cache::Found place{cache::account_part(asker_.account),
                     cache::path_part(asker_.region),
                     cache::path_part(service.name()),
                     {},
                     {},
                     0,
                     {}};
  const auto folder =
      concat(shelf_.root, "/", place.account, "/", place.region, "/", place.service);
  for (auto& name : names_in(folder)) {
    const auto operation = service.find_operation(percent_decode(name));
    const auto output = operation ? operation->output() : std::nullopt;
    if (!output || is_late()) {
      continue;
    }
    const auto paths = find_paths(*output, nouns_);
    if (!paths.empty() && paths.front().score >= score_) {
      place.operation = std::move(name);
      look_through(paths, place);
    }
  }
}

void Search::look_through(const std::vector<ValuePath>& paths, cache::Found found) {
  const auto folder = concat(
      shelf_.root, "/", found.account, "/", found.region, "/", found.service, "/", found.operation);
  std::vector<std::pair<time_t, std::string>> newest;
  for (auto& key : names_in(folder)) {
    struct stat info {};

    if (stat(concat(folder, "/", key).c_str(), &info) == 0 && S_ISREG(info.st_mode)) {
      newest.emplace_back(-info.st_mtim.tv_sec, std::move(key));
    }
  }
  std::sort(newest.begin(), newest.end());
  for (std::size_t i = 0; i < std::min(newest.size(), k_most_entries) && !is_late(); ++i) {
    found.key = newest[i].second;
    const auto entry = shelf_.tier.open(found);
    if (entry == nullptr || entry->metadata().is_error || !is_ours(entry->metadata().question)) {
      continue;
    }
    for (std::uint32_t page = 0; page < entry->metadata().pages && !is_late(); ++page) {
      const auto frame = entry->frame(page);
      const auto value =
          frame ? cache::read_page(entry->metadata().codec, frame->stored, frame->raw_size)
                : Result<cache::PagePtr>(tl::unexpected<Error>(frame.error()));
      for (const auto& path : paths) {
        if (value) {
          collect(**value, path, 0, nullptr);
        }
      }
    }
  }
}

bool Search::is_ours(const cache::Question& question) const {
  if (question.identity != asker_.identity || question.region != asker_.region ||
      question.endpoint != endpoint_) {
    return false;
  }
  return std::all_of(query_.params.begin(), query_.params.end(), [&](const auto& given) {
    const auto& [name, text] = given;
    const auto* asked = question.params.find(name);
    return name == query_.member.name() || asked == nullptr || asked->as_string() == nullptr ||
           *asked->as_string() == text;
  });
}

void Search::collect(const Value& value,
                     const ValuePath& path,
                     std::size_t depth,
                     const Map* holder) {
  if (const auto* list = value.as_list()) {
    for (const auto& element : *list) {
      collect(element, path, depth, holder);
    }
  } else if (const auto* map = value.as_map()) {
    const auto* next = depth < path.members.size() ? map->find(path.members[depth]) : nullptr;
    if (next != nullptr) {
      collect(*next, path, depth + 1, map);
    }
  } else if (const auto* text = value.as_string();
             text != nullptr && depth == path.members.size()) {
    add(*text, path, holder);
  }
}

void Search::add(const std::string& name, const ValuePath& path, const Map* holder) {
  if (path.score > score_) {
    score_ = path.score;
    found_.clear();
    seen_.clear();
  }
  if (name.starts_with(query_.prefix) && found_.size() < k_most_names && is_clean(name) &&
      is_plain_value(name) && seen_.insert(name).second) {
    found_.push_back({name, holder == nullptr ? "" : caption(*holder, path.members.back())});
  }
}

}  // namespace

std::vector<Candidate> cached_names(const NameQuery& query,
                                    const model::Catalog& catalog,
                                    const Asker& asker,
                                    const Shelf& shelf) {
  if (asker.identity.empty() || shelf.root.empty()) {
    return {};
  }
  Search search(query, asker, shelf);
  search.look_through(query.operation.service(), 1);
  auto found = search.take();
  if (!found.empty()) {
    return found;
  }
  Search others(query, asker, shelf);
  for (auto& name : names_in(concat(shelf.root,
                                    "/",
                                    cache::account_part(asker.account),
                                    "/",
                                    cache::path_part(asker.region)))) {
    const auto service = catalog.find_service(percent_decode(name));
    if (service && service->name() != query.operation.service().name()) {
      others.look_through(*service, k_exact);
    }
  }
  return others.take();
}

}  // namespace virga::completion
