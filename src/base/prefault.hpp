// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace virga {

// A page's first touch is a fault of its own; the kernel maps a range for little more than the
// price of one. Faults are most of what a short command costs: each takes half a microsecond on
// metal and 15 to 20 in a nested virtual machine. Where the kernel is older than 5.14 all this does
// nothing.

/// Maps the pages that every command touches: the program's functions that cmake/function_order.ld
/// puts in front, its constants, and the first of its stack and heap. To be called once, first.
void prefault_program() noexcept;

/// Maps heap for so many bytes of small objects that are about to be made. Sets malloc() up to keep
/// memory that is freed, which a listing needs again for its next page: all threads.
void prefault_heap(std::size_t bytes) noexcept;

/// Has the threads that are started from now on share one heap. glibc gives each its own, which
/// keeps what another thread frees: where some threads make what one consumes, peak memory doubles.
void share_heap() noexcept;

/// Maps memory that is about to be written from its first byte to its last.
void prefault_block(void* block, std::size_t bytes) noexcept;

}  // namespace virga
