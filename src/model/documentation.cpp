// SPDX-License-Identifier: Apache-2.0
#include "model/documentation.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include <zstd.h>

#include "base/prefault.hpp"
#include "model/pack_view.hpp"

namespace virga::model {
namespace {

/// Ten times what the largest service has: a damaged size must not exhaust the memory.
constexpr unsigned long long k_most_bytes = 128ULL << 20U;
constexpr std::size_t k_step = std::size_t{128} << 10U;  // a block of zstd's

std::string_view frame_of(const PackView& pack, const pack::Service& service) {
  const auto* bytes = pack.root().documentation();
  const std::uint64_t end = std::uint64_t{service.documentation()} + service.documentation_size();
  if (bytes == nullptr || end > bytes->size()) {
    return {};
  }
  return {reinterpret_cast<const char*>(bytes->data()) + service.documentation(),
          service.documentation_size()};
}

}  // namespace

Documentation::Documentation(const Service& service, Depth depth)
    : pack_view_(service.pack_view_), service_(service.index_) {
  const auto frame = frame_of(*pack_view_, pack_view_->service(service_));
  const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR || size > k_most_bytes) {
    return;
  }
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(),
                                                                        &ZSTD_freeDCtx);
  // Not a string or make_unique: nothing of it is read before it is written, and most of it never.
  plain_.reset(new char[size]);
  const std::size_t enough = depth == Depth::all ? std::numeric_limits<std::size_t>::max()
                                                 : 1 + std::size_t{service.operation_count()};
  if (depth == Depth::all) {
    prefault_block(plain_.get(), size);
    const auto& own = pack_view_->service(service_);
    texts_.reserve(std::min<std::uint64_t>(
        1ULL + own.operation_count() + own.shape_count() + own.member_count(),
        size / sizeof(std::uint32_t)));
  }
  ZSTD_inBuffer in{frame.data(), frame.size(), 0};
  ZSTD_outBuffer out{plain_.get(), 0, 0};
  while (out.pos < size && texts_.size() < enough) {
    const std::size_t before = out.pos;
    out.size = depth == Depth::all ? size : std::min<std::size_t>(size, out.pos + k_step);
    const auto outcome = ZSTD_decompressStream(context.get(), &out, &in);
    find_texts(out.pos);
    if (ZSTD_isError(outcome) != 0U || out.pos == before) {
      return;
    }
  }
}

void Documentation::find_texts(std::size_t end) {
  std::uint32_t length = 0;
  while (end - position_ >= sizeof length) {
    std::memcpy(&length, plain_.get() + position_, sizeof length);
    if (length > end - position_ - sizeof length) {
      return;
    }
    texts_.emplace_back(plain_.get() + position_ + sizeof length, length);
    position_ += sizeof length + length;
  }
}

std::string_view Documentation::at(std::uint64_t index) const {
  return index < texts_.size() ? texts_[index] : std::string_view();
}

// The order of the texts: service, operations, shapes, members. An index in front of the service's
// first wraps around to one that is not there.

std::string_view Documentation::of(const Operation& operation) const {
  const auto& service = pack_view_->service(service_);
  return at(1ULL + std::uint32_t{operation.index_ - service.first_operation()});
}

std::string_view Documentation::of(const Shape& shape) const {
  const auto& service = pack_view_->service(service_);
  return at(1ULL + service.operation_count() + std::uint32_t{shape.index_ - service.first_shape()});
}

std::string_view Documentation::of(const Member& member) const {
  const auto& service = pack_view_->service(service_);
  const auto own = at(1ULL + service.operation_count() + service.shape_count() +
                      std::uint32_t{member.index_ - service.first_member()});
  return own.empty() ? of(member.shape()) : own;
}

}  // namespace virga::model
