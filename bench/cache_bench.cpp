// SPDX-License-Identifier: Apache-2.0
// The cache inside a process: answers from memory and from disk, and what compression saves.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/strings.hpp"
#include "cache/cache.hpp"
#include "value/binary.hpp"
#include "value/json_write.hpp"

namespace virga::cache {
namespace {

/// Answers of the shape and the randomness of real ones.
class Account {
 public:
  Value instances(int count) {
    List reservations;
    for (int i = 0; i < count; ++i) {
      Map reservation;
      reservation.append("ReservationId", id("r-"));
      reservation.append("OwnerId", "123456789012");
      reservation.append("Groups", List());
      reservation.append("Instances", List{instance(i)});
      reservations.push_back(std::move(reservation));
    }
    Map out;
    out.append("Reservations", std::move(reservations));
    return out;
  }

 private:
  std::string id(std::string_view prefix) {
    std::string out(prefix);
    for (int i = 0; i < 17; ++i) {
      out += "0123456789abcdef"[random_() % 16];
    }
    return out;
  }

  std::string address() {
    return concat("10.", random_() % 4, ".", random_() % 256, ".", random_() % 256);
  }

  std::string time() {
    const auto two = [&](unsigned below) {
      const unsigned number = static_cast<unsigned>(random_()) % below;
      return concat(number / 10, number % 10);
    };
    return concat("2024-0",
                  1 + random_() % 9,
                  "-1",
                  random_() % 10,
                  "T",
                  two(24),
                  ":",
                  two(60),
                  ":",
                  two(60),
                  "+00:00");
  }

  template <class... Members>
  static Map map(Members&&... members) {
    Map out;
    (out.append(members.first, std::move(members.second)), ...);
    return out;
  }

  static Value tag(std::string_view key, std::string value) {
    return map(std::pair("Key", Value(std::string(key))),
               std::pair("Value", Value(std::move(value))));
  }

  Value instance(int number) {
    constexpr std::array k_types = {"t3.micro", "m5.large", "c6g.xlarge", "r5.2xlarge"};
    constexpr std::array k_roles = {"web", "worker", "database", "batch"};
    const std::string private_ip = address();
    const std::string started = time();
    const std::string network = subnets_[random_() % subnets_.size()];
    Map out;
    out.append("AmiLaunchIndex", std::int64_t{0});
    out.append("ImageId", images_[random_() % images_.size()]);
    out.append("InstanceId", id("i-"));
    out.append("InstanceType", k_types[random_() % k_types.size()]);
    out.append("KeyName", "operations");
    out.append("LaunchTime", started);
    out.append("Monitoring", map(std::pair("State", Value("disabled"))));
    out.append("Placement",
               map(std::pair("AvailabilityZone", Value(concat("eu-west-1", "abc"[random_() % 3]))),
                   std::pair("GroupName", Value("")),
                   std::pair("Tenancy", Value("default"))));
    std::string host = private_ip;
    std::replace(host.begin(), host.end(), '.', '-');
    out.append("PrivateDnsName", concat("ip-", host, ".eu-west-1.compute.internal"));
    out.append("PrivateIpAddress", private_ip);
    out.append("ProductCodes", List());
    out.append("PublicDnsName", "");
    out.append(
        "State",
        map(std::pair("Code", Value(std::int64_t{16})), std::pair("Name", Value("running"))));
    out.append("StateTransitionReason", "");
    out.append("SubnetId", network);
    out.append("VpcId", vpc_);
    out.append("Architecture", "x86_64");
    out.append("BlockDeviceMappings",
               List{map(std::pair("DeviceName", Value("/dev/xvda")),
                        std::pair("Ebs",
                                  Value(map(std::pair("AttachTime", Value(started)),
                                            std::pair("DeleteOnTermination", Value(true)),
                                            std::pair("Status", Value("attached")),
                                            std::pair("VolumeId", Value(id("vol-")))))))});
    out.append("EbsOptimized", false);
    out.append("EnaSupport", true);
    out.append("Hypervisor", "xen");
    out.append(
        "NetworkInterfaces",
        List{map(
            std::pair("Description", Value("")),
            std::pair(
                "Groups",
                Value(List{map(std::pair("GroupName", Value("default")),
                               std::pair("GroupId", Value(groups_[random_() % groups_.size()])))})),
            std::pair(
                "MacAddress",
                Value(concat("0a:", random_() % 90 + 10, ":", random_() % 90 + 10, ":4e:7b:1d"))),
            std::pair("NetworkInterfaceId", Value(id("eni-"))),
            std::pair("OwnerId", Value("123456789012")),
            std::pair("PrivateIpAddress", Value(private_ip)),
            std::pair("SourceDestCheck", Value(true)),
            std::pair("Status", Value("in-use")),
            std::pair("SubnetId", Value(network)),
            std::pair("VpcId", Value(vpc_)))});
    out.append("RootDeviceName", "/dev/xvda");
    out.append("RootDeviceType", "ebs");
    out.append("SourceDestCheck", true);
    out.append("Tags",
               List{tag("Name", concat(k_roles[random_() % k_roles.size()], "-", number)),
                    tag("environment", random_() % 3 == 0 ? "test" : "production"),
                    tag("cost-centre", concat(4000 + random_() % 20))});
    out.append("VirtualizationType", "hvm");
    return out;
  }

  template <std::size_t count>
  std::array<std::string, count> ids(std::string_view prefix) {
    std::array<std::string, count> out;
    for (auto& each : out) {
      each = id(prefix);
    }
    return out;
  }

  std::mt19937_64 random_{7};
  std::string vpc_ = id("vpc-");
  std::array<std::string, 6> subnets_ = ids<6>("subnet-");
  std::array<std::string, 4> images_ = ids<4>("ami-");
  std::array<std::string, 5> groups_ = ids<5>("sg-");
};

std::string binary(const Value& value) {
  std::string out;
  if (!append_binary(out, value)) {
    std::abort();
  }
  return out;
}

std::size_t json_size(const Value& value) {
  std::string out;
  write_json(out, value);
  return out.size();
}

Question question(int number) {
  Question out;
  out.service = "ec2";
  out.operation = "DescribeInstances";
  out.params.as_map()->append("InstanceIds", List{concat("i-", number)});
  out.identity = "AKIDEXAMPLE";
  out.region = "eu-west-1";
  out.models = "1";
  return out;
}

Terms kept_for(std::chrono::seconds ttl) {
  Terms out;
  out.ttl = ttl;
  return out;
}

/// A cache with answers to question(0) to question(count - 1), in a folder that ends with it.
class Filled {
 public:
  Filled(bool has_memory, bool has_disk, int count, const Value& answer) {
    std::string pattern = std::filesystem::temp_directory_path() / "virga-bench-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    CacheOptions options;
    options.root = has_disk ? folder_ : "";
    if (has_memory) {
      options.memory = {256U << 20U, 4096, 16};
    }
    cache_.emplace(options, clock_, random_);
    for (int i = 0; i < count; ++i) {
      if (!cached(*cache_, question(i), kept_for(k_ttl), [&] { return Result<Value>(answer); })) {
        std::abort();
      }
    }
  }

  Filled(const Filled&) = delete;
  Filled& operator=(const Filled&) = delete;

  ~Filled() {
    cache_.reset();
    std::filesystem::remove_all(folder_);
  }

  static constexpr std::chrono::seconds k_ttl{3600};

  Cache& cache() { return *cache_; }

  /// The file of the only entry.
  std::string file() {
    for (const auto& each : std::filesystem::recursive_directory_iterator(folder_)) {
      if (each.is_regular_file() && each.path().filename().string().size() == 64) {
        return each.path();
      }
    }
    std::abort();
  }

 private:
  std::string folder_;
  SystemClock clock_;
  SystemRandom random_;
  std::optional<Cache> cache_;
};

constexpr int k_answers = 64;

Filled& shared_memory() {
  static Filled filled(true, true, k_answers, Account().instances(12));
  return filled;
}

/// An answer in memory whose key is known. p50: of batches of look-ups, each one's share.
void memory_hit(benchmark::State& state) {
  Cache& cache = shared_memory().cache();
  std::vector<std::pair<Key, Question>> asked;
  for (int i = 0; i < k_answers; ++i) {
    asked.emplace_back(make_key(question(i)), question(i));
  }
  std::size_t next = static_cast<std::size_t>(state.thread_index()) * 7;
  const auto look_up = [&] {
    const auto& [key, question] = asked[next++ % k_answers];
    auto answer = cache.find_in_memory(key, question, Filled::k_ttl);
    if (answer == nullptr) {
      std::abort();
    }
    benchmark::DoNotOptimize(answer);
  };
  for (auto _ : state) {
    look_up();
  }
  // The clock costs as much as a look-up.
  constexpr int k_batch = 32;
  std::vector<double> all(4000);
  for (auto& each : all) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < k_batch; ++i) {
      look_up();
    }
    const auto took = std::chrono::steady_clock::now() - start;
    each = std::chrono::duration<double, std::nano>(took).count() / k_batch;
  }
  std::sort(all.begin(), all.end());
  state.counters["p50_ns"] =
      benchmark::Counter(all[all.size() / 2], benchmark::Counter::kAvgThreads);
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(memory_hit)->Threads(1)->Threads(2)->UseRealTime();

/// The same by its question, as the call path asks.
void memory_hit_by_question(benchmark::State& state) {
  Cache& cache = shared_memory().cache();
  int next = 0;
  for (auto _ : state) {
    auto answer = cached(cache, question(next++ % k_answers), kept_for(Filled::k_ttl), [] {
      std::abort();
      return Result<Value>(Value());
    });
    benchmark::DoNotOptimize(answer);
  }
}

BENCHMARK(memory_hit_by_question);

void key(benchmark::State& state) {
  const Question asked = question(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(make_key(asked));
  }
}

BENCHMARK(key);

/// An answer that takes about so many bytes when it is printed.
Value answer_of(std::int64_t bytes) {
  int count = 1;
  while (json_size(Account().instances(count)) < static_cast<std::size_t>(bytes)) {
    count += std::max(1, count / 20);
  }
  return Account().instances(count);
}

void add_sizes(benchmark::State& state, const Value& answer) {
  const std::string raw = binary(answer);
  state.counters["raw"] = static_cast<double>(raw.size());
  state.counters["stored"] = static_cast<double>(Compressor(Codec::zstd).compress(raw)->size());
}

/// An answer of so many bytes from disk, without memory, to a value.
void disk_hit(benchmark::State& state) {
  const Value answer = answer_of(state.range(0));
  Filled filled(false, true, 1, answer);
  const Question asked = question(0);
  for (auto _ : state) {
    auto page = cached(filled.cache(), asked, kept_for(Filled::k_ttl), [] {
      std::abort();
      return Result<Value>(Value());
    });
    benchmark::DoNotOptimize(page);
  }
  add_sizes(state, answer);
}

BENCHMARK(disk_hit)->ArgName("printed")->Arg(4 << 10)->Arg(20 << 10)->Arg(50 << 10)->Arg(1 << 20);

/// The floor of it: opening and reading the same file.
void plain_file(benchmark::State& state) {
  Filled filled(false, true, 1, answer_of(state.range(0)));
  const std::string path = filled.file();
  for (auto _ : state) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);

    struct stat info {};

    if (fstat(file, &info) != 0) {
      std::abort();
    }
    std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
    if (read(file, bytes.data(), bytes.size()) != info.st_size) {
      std::abort();
    }
    close(file);
    benchmark::DoNotOptimize(bytes);
  }
}

BENCHMARK(plain_file)->ArgName("printed")->Arg(4 << 10)->Arg(20 << 10)->Arg(50 << 10)->Arg(1 << 20);

/// The parts of a disk hit that are not the system's.
void decompress_page(benchmark::State& state) {
  const std::string raw = binary(answer_of(state.range(0)));
  const auto stored = Compressor(Codec::zstd).compress(raw);
  for (auto _ : state) {
    auto out = decompress(Codec::zstd, *stored, static_cast<std::uint32_t>(raw.size()));
    benchmark::DoNotOptimize(out);
  }
}

BENCHMARK(decompress_page)->ArgName("printed")->Arg(20 << 10)->Arg(1 << 20);

void decode_page(benchmark::State& state) {
  const std::string raw = binary(answer_of(state.range(0)));
  for (auto _ : state) {
    auto out = read_binary(raw);
    benchmark::DoNotOptimize(out);
  }
}

BENCHMARK(decode_page)->ArgName("printed")->Arg(20 << 10)->Arg(1 << 20);

std::size_t zstd_size(const std::string& raw, int level, std::string& out) {
  thread_local const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                                  &ZSTD_freeCCtx);
  out.resize(ZSTD_compressBound(raw.size()));
  return ZSTD_compressCCtx(context.get(), out.data(), out.size(), raw.data(), raw.size(), level);
}

std::size_t gzip_size(const std::string& raw, int level, std::string& out) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    std::abort();
  }
  out.resize(deflateBound(&stream, raw.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(raw.data()));  // NOLINT
  stream.avail_in = static_cast<uInt>(raw.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());  // NOLINT
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  deflateEnd(&stream);
  return stream.total_out;
}

/// saved: of the JSON that is printed, and of the binary form that is compressed, in percent.
template <std::size_t (*compress)(const std::string&, int, std::string&)>
void compress_page(benchmark::State& state) {
  const Value answer = Account().instances(static_cast<int>(state.range(1)));
  const std::string raw = binary(answer);
  std::string out;
  std::size_t size = 0;
  for (auto _ : state) {
    size = compress(raw, static_cast<int>(state.range(0)), out);
  }
  const auto saved = [&](std::size_t whole) {
    return 100.0 * (1.0 - static_cast<double>(size) / static_cast<double>(whole));
  };
  state.counters["raw"] = static_cast<double>(raw.size());
  state.counters["stored"] = static_cast<double>(size);
  state.counters["saved_of_raw"] = saved(raw.size());
  state.counters["saved_of_json"] = saved(json_size(answer));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(raw.size()));
}

BENCHMARK(compress_page<zstd_size>)
    ->Name("zstd")
    ->ArgNames({"level", "instances"})
    ->ArgsProduct({{-5, -1, 1, 2, 3, 4, 6, 9, 12, 19}, {20, 1000}});
BENCHMARK(compress_page<gzip_size>)
    ->Name("gzip")
    ->ArgNames({"level", "instances"})
    ->ArgsProduct({{1, 2, 3, 4, 5, 6, 9}, {20, 1000}});

}  // namespace
}  // namespace virga::cache
