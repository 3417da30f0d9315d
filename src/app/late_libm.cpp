// SPDX-License-Identifier: Apache-2.0
// The functions of libm that the program calls, loaded at the first call of one. Few commands
// compute anything, but a shared libm costs every start 12 page faults and a relocation of its own,
// a tenth of what a short command takes; its archive cannot be linked beside a shared libc, whose
// loader alone knows the processor (docs/performance.md). The linker takes these in place of the
// library's, which --as-needed then leaves out.
#include <cstdio>
#include <cstdlib>

#include <dlfcn.h>

namespace {

/// The library's function; ends the program without it, which glibc's packages exclude.
void* find_function(const char* name) noexcept {
  static void* const library = dlopen("libm.so.6", RTLD_LAZY | RTLD_LOCAL);
  void* const function = library == nullptr ? nullptr : dlsym(library, name);
  if (function == nullptr) {
    std::fprintf(stderr, "virga: cannot load %s of libm.so.6: reinstall the C library\n", name);
    std::abort();
  }
  return function;
}

}  // namespace

// NOLINTBEGIN: the names and signatures are those of C
#define VIRGA_LATE(result, name, parameters, arguments)                        \
  extern "C" result name parameters noexcept {                                 \
    static auto* const found =                                                 \
        reinterpret_cast<result(*) parameters noexcept>(find_function(#name)); \
    return found arguments;                                                    \
  }

VIRGA_LATE(double, cbrt, (double x), (x))
VIRGA_LATE(double, exp2, (double x), (x))
VIRGA_LATE(int, fegetround, (), ())
VIRGA_LATE(int, fesetround, (int mode), (mode))
VIRGA_LATE(double, fmod, (double x, double y), (x, y))
VIRGA_LATE(double, ldexp, (double x, int exponent), (x, exponent))
VIRGA_LATE(long long, llround, (double x), (x))
VIRGA_LATE(double, log, (double x), (x))
VIRGA_LATE(double, log2, (double x), (x))
VIRGA_LATE(double, nearbyint, (double x), (x))
VIRGA_LATE(double, pow, (double x, double y), (x, y))
VIRGA_LATE(double, round, (double x), (x))
VIRGA_LATE(double, sqrt, (double x), (x))
// NOLINTEND
