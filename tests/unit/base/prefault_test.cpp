// SPDX-License-Identifier: Apache-2.0
#include "base/prefault.hpp"

#include <cerrno>
#include <cstdlib>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>

namespace virga {
namespace {

bool kernel_can_populate() {
  return madvise(nullptr, 0, MADV_POPULATE_WRITE) == 0 || errno != EINVAL;
}

long faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

TEST(Prefault, HeapThatIsMappedAheadIsTouchedWithoutFaults) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer has a heap of its own";
#endif
  if (!kernel_can_populate()) {
    GTEST_SKIP() << "this kernel maps no ranges ahead";
  }
  constexpr std::size_t k_size = std::size_t{4} << 20U;
  constexpr long k_pages = k_size / 4096;
  prefault_heap(k_size);
  const long before = faults();
  for (std::size_t done = 0; done < k_size / 2; done += 1024) {
    auto* const block = static_cast<volatile char*>(std::malloc(1000));  // stays: no page twice
    ASSERT_NE(block, nullptr);
    block[0] = 1;
    block[999] = 1;
  }
  EXPECT_LT(faults() - before, k_pages / 20);
}

TEST(Prefault, MayBeAskedForTheProgramAnywhere) {
  prefault_program();
  prefault_program();
}

}  // namespace
}  // namespace virga
