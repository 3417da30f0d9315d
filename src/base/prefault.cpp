// SPDX-License-Identifier: Apache-2.0
#include "base/prefault.hpp"

#include <cstdint>
#include <cstdlib>

#include <link.h>
#include <malloc.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

// Where the linker put what each start enters; absent where it was not asked to.
extern "C" {
extern const char virga_start_text_begin[] __attribute__((weak));
extern const char virga_start_text_end[] __attribute__((weak));
}

namespace virga {
namespace {

constexpr std::uintptr_t k_page = 4096;  // a larger one makes madvise() refuse, which does no harm

/// Maps the whole pages that the range touches.
void populate(std::uintptr_t begin, std::uintptr_t end, int advice) noexcept {
  const std::uintptr_t first = begin & ~(k_page - 1);
  if (begin != 0 && end > first) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): addresses that the kernel and the linker gave
    static_cast<void>(madvise(reinterpret_cast<void*>(first), end - first, advice));
  }
}

/// The read-only data in front of what only exceptions need, and the variables. Those that are
/// constant once the loader is done are only read.
void populate_data() noexcept {
  const auto* const headers =
      // NOLINTNEXTLINE(performance-no-int-to-ptr): an address that the kernel gave
      reinterpret_cast<const ElfW(Phdr)*>(getauxval(AT_PHDR));
  const std::size_t count = headers == nullptr ? 0 : getauxval(AT_PHNUM);
  std::uintptr_t base = 0;
  std::uintptr_t end = 0;
  std::uintptr_t constant_end = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (headers[i].p_type == PT_PHDR) {
      base = reinterpret_cast<std::uintptr_t>(headers) - headers[i].p_vaddr;
    } else if (headers[i].p_type == PT_GNU_EH_FRAME) {
      end = headers[i].p_vaddr;
    } else if (headers[i].p_type == PT_GNU_RELRO) {
      constant_end = headers[i].p_vaddr + headers[i].p_memsz;
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    const bool holds_it = headers[i].p_type == PT_LOAD && headers[i].p_vaddr < end &&
                          end < headers[i].p_vaddr + headers[i].p_memsz;
    if (holds_it && headers[i].p_flags == PF_R) {
      populate(base + headers[i].p_vaddr, base + end, MADV_POPULATE_READ);
    }
    const std::uintptr_t data_end = headers[i].p_vaddr + headers[i].p_memsz;
    if (headers[i].p_type == PT_LOAD && headers[i].p_flags == (PF_R | PF_W) &&
        constant_end < data_end) {
      populate(base + constant_end, base + data_end, MADV_POPULATE_WRITE);
    }
  }
}

}  // namespace

void prefault_program() noexcept {
  constexpr std::uintptr_t k_stack = 40U << 10U;
  constexpr std::size_t k_heap = 208U << 10U;
  populate(reinterpret_cast<std::uintptr_t>(virga_start_text_begin),
           reinterpret_cast<std::uintptr_t>(virga_start_text_end),
           MADV_POPULATE_READ);
  populate_data();
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  populate(here - k_stack, here, MADV_POPULATE_WRITE);
  prefault_heap(k_heap);
}

void share_heap() noexcept {
  mallopt(M_ARENA_MAX, 1);  // NOLINT(concurrency-mt-unsafe): before there are threads
}

void prefault_heap(std::size_t bytes) noexcept {
  constexpr int k_most_kept = 64 << 20U;
  constexpr int k_own_mapping = 32 << 20U;  // the most that glibc takes
  static const bool set_up = [] {
    // NOLINTBEGIN(concurrency-mt-unsafe): before there are threads, or under malloc()'s own lock
    mallopt(M_TRIM_THRESHOLD, k_most_kept);
    return mallopt(M_MMAP_THRESHOLD, k_own_mapping) == 1;
    // NOLINTEND(concurrency-mt-unsafe)
  }();
  static_cast<void>(set_up);
  void* const block = std::malloc(bytes);
  if (block == nullptr) {
    return;
  }
  prefault_block(block, bytes);
  std::free(block);  // stays with malloc(), whose next blocks are made of it
}

void prefault_block(void* block, std::size_t bytes) noexcept {
  const auto begin = reinterpret_cast<std::uintptr_t>(block);
  populate(begin, begin + bytes, MADV_POPULATE_WRITE);
}

}  // namespace virga
