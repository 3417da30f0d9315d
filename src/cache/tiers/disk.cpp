// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.hpp"
#include "base/strings.hpp"
#include "cache/disk_tier.hpp"
#include "cache/entry_file.hpp"

namespace virga::cache {
namespace {

constexpr std::string_view k_unknown = "unknown";

/// The names in a folder that do not begin with a dot; none in what is a link to a folder: what is
/// erased there would be somebody else's.
std::vector<std::string> names_in(const std::string& folder, int follow = O_NOFOLLOW) {
  std::vector<std::string> out;
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | follow);
  DIR* const stream = descriptor < 0 ? nullptr : fdopendir(descriptor);
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

class DiskTier final : public Tier {
 public:
  DiskTier(std::string root, const Clock& clock) : root_(std::move(root)), clock_(clock) {}

  [[nodiscard]] std::string_view name() const override { return "disk"; }

  [[nodiscard]] std::unique_ptr<StoredEntry> get(const Question& question,
                                                 const Key& key) override {
    return read(concat(folder_of(question), "/", key.hex()), key);
  }

  [[nodiscard]] Result<std::unique_ptr<EntryWriter>> begin(const Question& question,
                                                           const Key& key) override;

  void erase(const Question& question, const Key& key) override {
    unlink(concat(folder_of(question), "/", key.hex()).c_str());
  }

  bool erase(const Found& found) override { return unlink(path_of(found).c_str()) == 0; }

  std::uint64_t erase(const Selection& selection) override;
  void visit(const std::function<bool(const Found& found)>& visitor) override;

  [[nodiscard]] std::unique_ptr<StoredEntry> open(const Found& found) override {
    return read(path_of(found), std::nullopt);
  }

 private:
  [[nodiscard]] std::string folder_of(const Question& question) const {
    return concat(root_,
                  "/",
                  account_part(question.account),
                  "/",
                  path_part(question.region),
                  "/",
                  path_part(question.service),
                  "/",
                  path_part(question.operation));
  }

  [[nodiscard]] std::string path_of(const Found& found) const {
    return concat(root_,
                  "/",
                  found.account,
                  "/",
                  found.region,
                  "/",
                  found.service,
                  "/",
                  found.operation,
                  "/",
                  found.key);
  }

  static std::unique_ptr<StoredEntry> read(const std::string& path, std::optional<Key> key);
  /// Calls `visitor` for the entries whose folders' names fit; true unless it said to stop.
  bool walk(const Selection& selection, const std::function<bool(const Found& found)>& visitor);
  bool walk_folder(const std::string& folder,
                   Found& found,
                   const std::function<bool(const Found& found)>& visitor);

  std::string root_;
  const Clock& clock_;
  std::atomic<std::uint32_t> next_temporary_{0};
};

std::unique_ptr<StoredEntry> DiskTier::read(const std::string& path, std::optional<Key> key) {
  auto entry = open_entry_file(path);
  if (entry == nullptr || (key && entry->metadata().key != *key)) {
    return nullptr;
  }
  return entry;
}

Result<std::unique_ptr<EntryWriter>> DiskTier::begin(const Question& question, const Key& key) {
  Metadata metadata;
  metadata.key = key;
  metadata.question = question;
  // No other process has this one's number, unless it lives in another namespace: then the time
  // tells them apart, and making the file fails if it does not.
  std::string temporary = concat(root_,
                                 "/tmp/",
                                 static_cast<std::int64_t>(getpid()),
                                 "-",
                                 clock_.now().time_since_epoch().count(),
                                 "-",
                                 next_temporary_++);
  return write_entry_file(
      concat(folder_of(question), "/", key.hex()), std::move(temporary), metadata);
}

bool DiskTier::walk_folder(const std::string& folder,
                           Found& found,
                           const std::function<bool(const Found& found)>& visitor) {
  for (auto& name : names_in(folder)) {
    constexpr std::size_t k_key_digits = 64;

    struct stat info {};

    const std::string path = concat(folder, "/", name);
    if (name.size() != k_key_digits || lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) {
      continue;
    }
    found.key = std::move(name);
    found.bytes = static_cast<std::uint64_t>(info.st_size);
    constexpr time_t k_latest = time_t{1} << 40U;  // where microseconds do not overflow
    found.last_access =
        TimePoint(std::chrono::seconds(std::clamp(info.st_mtim.tv_sec, time_t{0}, k_latest)) +
                  std::chrono::microseconds(info.st_mtim.tv_nsec / 1000));
    if (!visitor(found)) {
      return false;
    }
  }
  return true;
}

bool DiskTier::walk(const Selection& selection,
                    const std::function<bool(const Found& found)>& visitor) {
  // The folders beside the accounts' own are none of theirs.
  constexpr std::array<std::string_view, 2> k_ours = {"tmp", "flight"};
  const auto fits = [](std::string_view pattern, const std::string& part) {
    return pattern == "*" || matches_glob(pattern, percent_decode(part == "-" ? "" : part));
  };
  Found found;
  for (auto& account : names_in(root_, 0)) {  // users put it elsewhere so
    if (account == k_ours[0] || account == k_ours[1] ||
        (account != k_unknown && !fits(selection.account, account))) {
      continue;
    }
    found.account = std::move(account);
    const std::string in_account = concat(root_, "/", found.account);
    for (auto& region : names_in(in_account)) {
      if (!fits(selection.region, region)) {
        continue;
      }
      found.region = std::move(region);
      const std::string in_region = concat(in_account, "/", found.region);
      for (auto& service : names_in(in_region)) {
        if (!fits(selection.service, service)) {
          continue;
        }
        found.service = std::move(service);
        const std::string in_service = concat(in_region, "/", found.service);
        for (auto& operation : names_in(in_service)) {
          if (!fits(selection.operation, operation) ||
              (selection.reaches &&
               !selection.reaches(percent_decode(found.service), percent_decode(operation)))) {
            continue;
          }
          found.operation = std::move(operation);
          if (!walk_folder(concat(in_service, "/", found.operation), found, visitor)) {
            return false;
          }
        }
      }
    }
  }
  return true;
}

std::uint64_t DiskTier::erase(const Selection& selection) {
  std::uint64_t erased = 0;
  walk(selection, [&](const Found& found) {
    const std::string path = path_of(found);
    if (selection.test) {
      const auto entry = read(path, std::nullopt);
      // What cannot be read cannot be used either.
      if (entry != nullptr && !selection.test(entry->metadata())) {
        return true;
      }
    }
    erased += unlink(path.c_str()) == 0 ? 1U : 0U;
    return true;
  });
  return erased;
}

void DiskTier::visit(const std::function<bool(const Found& found)>& visitor) {
  walk(Selection(), visitor);
}

}  // namespace

std::unique_ptr<Tier> make_disk_tier(std::string root, const Clock& clock) {
  return std::make_unique<DiskTier>(std::move(root), clock);
}

std::string path_part(std::string_view name) {
  if (name.empty()) {
    return "-";
  }
  std::string out = percent_encode(name);
  constexpr std::size_t k_most = 200;
  if (out.size() > k_most) {
    out.resize(k_most);
  }
  if (out.front() == '.' || out == "-") {
    out = concat(out.front() == '.' ? "%2E" : "%2D", out.substr(1));
  }
  return out;
}

std::string account_part(std::string_view account) {
  return account.empty() ? std::string(k_unknown) : path_part(account);
}

}  // namespace virga::cache
