// SPDX-License-Identifier: Apache-2.0
#include "cache/entry_file.hpp"

#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include <unistd.h>

#include "cache/posix.hpp"

namespace virga::cache {
namespace {

/// Entries up to this size are read at once, others page by page.
constexpr std::uint64_t k_whole = 1U << 20U;
/// No codec makes a page much larger than it was.
constexpr std::uint64_t k_most_frame_bytes = k_most_page_bytes + (k_most_page_bytes >> 6U);
/// Pages are written out when so much has come together.
constexpr std::size_t k_buffer = 256U << 10U;

/// The file of one entry, checked as a whole before any of it is used.
class DiskEntry final : public StoredEntry {
 public:
  /// Null if it is damaged.
  static std::unique_ptr<DiskEntry> open(File file);

  [[nodiscard]] const Metadata& metadata() const override { return metadata_; }

  [[nodiscard]] Result<Frame> frame(std::uint32_t index) override;

  void touch(TimePoint now) override {
    // The write also moves the file's time of modification, which is what sweeping goes by.
    static_cast<void>(write_at(file_, k_access_offset, write_access(metadata_.accesses + 1, now)));
  }

 private:
  struct Place {
    std::uint64_t offset;
    FrameHead head;
  };

  [[nodiscard]] std::string bytes_at(std::uint64_t offset, std::size_t size) const {
    if (whole_.empty()) {
      return read_at(file_, offset, size);
    }
    return offset > whole_.size() ? std::string() : whole_.substr(offset, size);
  }

  [[nodiscard]] bool find_frames(std::uint64_t offset, std::uint64_t end);

  File file_;
  std::string whole_;  ///< the whole file, if it is small
  Metadata metadata_;
  std::vector<Place> frames_;
};

std::unique_ptr<DiskEntry> DiskEntry::open(File file) {
  auto entry = std::make_unique<DiskEntry>();
  const std::uint64_t size = size_of(file);
  entry->file_ = std::move(file);
  if (size <= k_whole) {
    entry->whole_ = read_at(entry->file_, 0, size);
  }
  const auto header = read_header(entry->bytes_at(0, k_header_bytes));
  if (!header) {
    return nullptr;
  }
  auto question =
      read_description(*header, entry->bytes_at(k_header_bytes, header->description_bytes));
  if (!question) {
    return nullptr;
  }
  entry->metadata_ = header->metadata;
  entry->metadata_.question = std::move(*question);
  return entry->find_frames(k_header_bytes + header->description_bytes, size) ? std::move(entry)
                                                                              : nullptr;
}

bool DiskEntry::find_frames(std::uint64_t offset, std::uint64_t end) {
  for (std::uint32_t index = 0; index < metadata_.pages; ++index) {
    const std::string head_bytes = bytes_at(offset, k_frame_head_bytes);
    if (head_bytes.size() < k_frame_head_bytes) {
      return false;
    }
    const FrameHead head = read_frame_head(head_bytes);
    offset += k_frame_head_bytes;
    if (head.stored_size > end - offset || head.stored_size > k_most_frame_bytes) {
      return false;
    }
    const bool intact =
        whole_.empty()
            ? is_frame(head, index, bytes_at(offset, head.stored_size))
            : is_frame(head, index, std::string_view(whole_).substr(offset, head.stored_size));
    if (!intact) {
      return false;
    }
    frames_.push_back({offset, head});
    offset += head.stored_size;
  }
  return offset == end;
}

Result<StoredEntry::Frame> DiskEntry::frame(std::uint32_t index) {
  const Place& place = frames_.at(index);
  Frame out{bytes_at(place.offset, place.head.stored_size), place.head.raw_size};
  if (out.stored.size() != place.head.stored_size) {
    return fail(ErrorCode::io, "A cache entry has become shorter while it was read.");
  }
  return out;
}

class DiskWriter final : public EntryWriter {
 public:
  DiskWriter(std::string target, std::string temporary, std::string head)
      : target_(std::move(target)),
        temporary_(std::move(temporary)),
        head_bytes_(head.size()),
        buffer_(std::move(head)) {}

  DiskWriter(const DiskWriter&) = delete;
  DiskWriter& operator=(const DiskWriter&) = delete;

  ~DiskWriter() override {
    if (file_) {
      unlink(temporary_.c_str());
    }
  }

  [[nodiscard]] Status add(std::string_view stored, std::uint32_t raw_size) override {
    buffer_.append(write_frame_head(pages_++, stored, raw_size));
    buffer_.append(stored);
    return buffer_.size() < k_buffer ? Status() : flush();
  }

  [[nodiscard]] Status complete(const Metadata& metadata) override;

  [[nodiscard]] Status publish() override {
    if (rename(temporary_.c_str(), target_.c_str()) != 0) {
      return io_failure("rename", temporary_);
    }
    file_ = File();
    return {};
  }

  [[nodiscard]] std::uint64_t bytes() const override { return written_; }

 private:
  [[nodiscard]] Status flush();

  std::string target_;
  std::string temporary_;
  std::size_t head_bytes_;
  std::string buffer_;
  std::uint64_t written_ = 0;
  std::uint32_t pages_ = 0;
  File file_;
};

Status DiskWriter::flush() {
  if (!file_) {
    file_ = make_new(temporary_);
    if (!file_ && errno == ENOENT) {
      VIRGA_TRY(make_folders(temporary_.substr(0, temporary_.rfind('/'))));
      file_ = make_new(temporary_);
    }
    if (!file_) {
      return io_failure("write", temporary_);
    }
    // As long as it is held, nobody takes the file for one that a dead process left.
    static_cast<void>(try_lock(file_, Lock::exclusive, 0, 1));
  }
  VIRGA_TRY(write_at(file_, written_, buffer_));
  written_ += buffer_.size();
  buffer_.clear();
  return {};
}

Status DiskWriter::complete(const Metadata& metadata) {
  VIRGA_TRY_ASSIGN(const std::string head, write_head(metadata));
  if (head.size() != head_bytes_) {
    return fail(ErrorCode::general, "The description of a cache entry changed while it was made.");
  }
  if (file_) {
    VIRGA_TRY(flush());
    VIRGA_TRY(write_at(file_, 0, head));
  } else {
    buffer_.replace(0, head.size(), head);
    VIRGA_TRY(flush());
  }
  return make_folders(target_.substr(0, target_.rfind('/')));
}

}  // namespace

std::unique_ptr<StoredEntry> open_entry_file(const std::string& path) {
  File file = open_to_change(path);
  if (!file && (errno == EACCES || errno == EROFS || errno == EPERM)) {
    file = open_to_read(path);
  }
  return file ? DiskEntry::open(std::move(file)) : nullptr;
}

Result<std::unique_ptr<EntryWriter>> write_entry_file(std::string target,
                                                      std::string temporary,
                                                      const Metadata& metadata) {
  VIRGA_TRY_ASSIGN(std::string head, write_head(metadata));
  return std::make_unique<DiskWriter>(std::move(target), std::move(temporary), std::move(head));
}

}  // namespace virga::cache
