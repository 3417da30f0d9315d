// SPDX-License-Identifier: Apache-2.0
// The least that a kept answer can cost: a static program that reads a zstd file, decompresses it
// and writes what was in it. "kept_floor FILE", or "kept_floor FILE COMPRESSED" to make such a
// file.
#include <cstdio>
#include <memory>
#include <vector>

#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

namespace {

constexpr std::size_t k_most = std::size_t{8} << 20U;

std::vector<char> read_all(const char* path) {
  std::vector<char> out;
  const int file = open(path, O_RDONLY);
  const off_t size = file < 0 ? -1 : lseek(file, 0, SEEK_END);
  if (size < 0 || static_cast<std::size_t>(size) > k_most) {
    return out;
  }
  out.resize(static_cast<std::size_t>(size));
  const bool whole = pread(file, out.data(), out.size(), 0) == size;
  close(file);
  return whole ? out : std::vector<char>();
}

bool write_all(int file, const char* bytes, std::size_t size) {
  return file >= 0 && write(file, bytes, size) == static_cast<ssize_t>(size);
}

int compress(const char* from, const char* to) {
  const auto plain = read_all(from);
  std::vector<char> packed(ZSTD_compressBound(plain.size()));
  const std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), 1);
  constexpr mode_t k_mode = 0600;
  const int file = open(to, O_WRONLY | O_CREAT | O_TRUNC, k_mode);
  return ZSTD_isError(size) == 0 && write_all(file, packed.data(), size) ? 0 : 1;
}

int print(const char* path) {
  const auto packed = read_all(path);
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size > k_most) {
    return 1;
  }
  // Not a vector: that would touch the bytes once more than need be.
  const std::unique_ptr<char[]> plain(new char[size]);
  const std::size_t got = ZSTD_decompress(plain.get(), size, packed.data(), packed.size());
  return ZSTD_isError(got) == 0 && write_all(STDOUT_FILENO, plain.get(), got) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::fputs("usage: kept_floor FILE [COMPRESSED]\n", stderr);
    return 2;
  }
  return argc == 3 ? compress(argv[1], argv[2]) : print(argv[1]);
}
