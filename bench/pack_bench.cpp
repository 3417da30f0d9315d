// SPDX-License-Identifier: Apache-2.0
// Opening the model pack and finding one operation, as every command does. VIRGA_MODELS or the pack
// beside the build (build/release/models.pack, run from the top folder).
#include <cstdlib>
#include <new>
#include <string>

#include <benchmark/benchmark.h>

#include "config/environment.hpp"
#include "model/catalog.hpp"

namespace {

std::size_t allocated_bytes = 0;

}  // namespace

// Not inlined, so that the compiler does not take new and free for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  allocated_bytes += size;
  if (void* const memory = std::malloc(size); memory != nullptr) {
    return memory;
  }
  throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

std::string pack_path() {
  return virga::config::ProcessEnvironment()
      .get("VIRGA_MODELS")
      .value_or("build/release/models.pack");
}

void open_and_find(benchmark::State& state,
                   const std::string& service_name,
                   const std::string& operation_name) {
  const std::string path = pack_path();
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::size_t before = allocated_bytes;
    const auto catalog = virga::model::Catalog::open(path);
    const auto service = catalog ? catalog->find_service(service_name) : std::nullopt;
    const auto operation = service ? service->find_operation(operation_name) : std::nullopt;
    if (!operation) {
      state.SkipWithError("no model pack with this operation");
      return;
    }
    benchmark::DoNotOptimize(operation->name());
    bytes = allocated_bytes - before;
  }
  state.counters["allocated_bytes"] = static_cast<double>(bytes);
}

BENCHMARK_CAPTURE(open_and_find, sts_get_caller_identity, "sts", "GetCallerIdentity");
BENCHMARK_CAPTURE(open_and_find, ec2_describe_instances, "ec2", "DescribeInstances");
BENCHMARK_CAPTURE(open_and_find, xray_update_sampling_rule, "xray", "UpdateSamplingRule");

}  // namespace
