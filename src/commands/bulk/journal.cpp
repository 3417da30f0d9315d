// SPDX-License-Identifier: Apache-2.0
#include "commands/bulk/journal.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "base/strings.hpp"

namespace virga::commands {
namespace {

constexpr std::string_view k_head = "virga-bulk-journal 2\n";
constexpr std::size_t k_digest_letters = 16;
constexpr std::size_t k_sum_letters = 8;

tl::unexpected<Error> failed(std::string_view what, const std::string& path) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  return fail(ErrorCode::io, concat("cannot ", what, " ", path, ": ", std::strerror(errno)));
}

std::string digest_of(std::string_view text) {
  return hex_encode(sha256(text).substr(0, k_digest_letters / 2));
}

/// "LINE DIGEST + " or "LINE DIGEST - ".
std::string prefix_of(std::uint64_t line, std::string_view text, bool ok) {
  return concat(line, ' ', digest_of(text), ok ? " + " : " - ");
}

std::string checksum_of(std::string_view prefix, std::string_view json) {
  return hex_encode(big_endian(crc32(crc32(0, prefix), json)));
}

/// A record without the end of its line.
struct Parsed {
  std::uint64_t line = 0;
  std::string_view digest;
  bool ok = false;
  std::string_view json;
};

std::optional<Parsed> parse(std::string_view bytes) {
  const auto blank = bytes.find(' ');
  const std::size_t json_at = blank + 1 + k_digest_letters + 3 + k_sum_letters + 1;
  if (blank == std::string_view::npos || bytes.size() <= json_at) {
    return std::nullopt;
  }
  const auto line = parse_int(bytes.substr(0, blank));
  const auto mark = bytes.substr(blank + 1 + k_digest_letters, 3);
  if (!line || *line < 1 || (mark != " + " && mark != " - ")) {
    return std::nullopt;
  }
  Parsed out;
  out.line = static_cast<std::uint64_t>(*line);
  out.digest = bytes.substr(blank + 1, k_digest_letters);
  out.ok = mark == " + ";
  out.json = bytes.substr(json_at);
  const auto sum_at = json_at - 1 - k_sum_letters;
  const bool is_whole =
      bytes[json_at - 1] == ' ' &&
      bytes.substr(sum_at, k_sum_letters) == checksum_of(bytes.substr(0, sum_at), out.json);
  return is_whole ? std::optional(out) : std::nullopt;
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::string& path) {
  constexpr mode_t k_private = 0600;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND, k_private);
  if (file < 0) {
    return failed("open", path);
  }
  std::unique_ptr<Journal> out(new Journal(path, file));

  struct stat info {};

  if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(ErrorCode::general, concat(path, " is no regular file."));
  }
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::general, concat(path, " is in use by another run."));
  }
  VIRGA_TRY(out->read());
  return out;
}

Journal::~Journal() { close(file_); }

/// Notes where the records are; cuts off one that was being written.
Status Journal::read() {
  constexpr std::size_t k_step = 1 << 20;
  std::string held;
  std::uint64_t start = 0;  // of `held`, in the file
  std::uint64_t whole = 0;
  std::string buffer(k_step, '\0');
  for (std::uint64_t at = 0;;) {
    const ssize_t got = pread(file_, buffer.data(), buffer.size(), static_cast<off_t>(at));
    if (got < 0) {
      return failed("read", path_);
    }
    if (got == 0) {
      break;
    }
    at += static_cast<std::uint64_t>(got);
    held.append(buffer, 0, static_cast<std::size_t>(got));
    std::size_t from = 0;
    for (auto end = held.find('\n'); end != std::string::npos; end = held.find('\n', from)) {
      const auto record = std::string_view(held).substr(from, end - from);
      if (start + from == 0) {
        if (record != k_head.substr(0, k_head.size() - 1)) {
          return fail(ErrorCode::general, concat(path_, " is no journal of virga bulk."));
        }
      } else if (const auto parsed = parse(record)) {
        places_.push_back({parsed->line, start + from, record.size()});
      }
      from = end + 1;
    }
    held.erase(0, from);
    start += from;
    whole = start;
  }
  if (whole == 0) {
    if (!std::string_view(k_head).starts_with(held)) {
      return fail(ErrorCode::general, concat(path_, " is no journal of virga bulk."));
    }
    if (ftruncate(file_, 0) != 0 || write(file_, k_head.data(), k_head.size()) < 0) {
      return failed("write", path_);
    }
  } else if (!held.empty() && ftruncate(file_, static_cast<off_t>(whole)) != 0) {
    return failed("write", path_);
  }
  // Of several records of a line the last one counts.
  std::stable_sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
    return a.line < b.line;
  });
  return {};
}

std::optional<Journal::Record> Journal::find(std::uint64_t line, std::string_view text) const {
  auto after = std::upper_bound(
      places_.begin(), places_.end(), line, [](std::uint64_t wanted, const Place& place) {
        return wanted < place.line;
      });
  if (after == places_.begin() || (--after)->line != line) {
    return std::nullopt;
  }
  std::string bytes(after->size, '\0');
  if (pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(after->offset)) !=
      static_cast<ssize_t>(bytes.size())) {
    return std::nullopt;
  }
  const auto parsed = parse(bytes);
  if (!parsed || parsed->digest != digest_of(text)) {
    return std::nullopt;
  }
  return Record{parsed->ok, std::string(parsed->json)};
}

Status Journal::append(std::uint64_t line, std::string_view text, const Record& record) {
  std::string bytes = prefix_of(line, text, record.ok);
  virga::append(bytes, checksum_of(bytes, record.json), ' ', record.json, '\n');
  const std::lock_guard lock(mutex_);
  for (std::string_view left = bytes; !left.empty();) {
    const ssize_t written = write(file_, left.data(), left.size());
    if (written < 0 && errno != EINTR) {
      return failed("write", path_);
    }
    left.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace virga::commands
