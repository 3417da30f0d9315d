# Third-party libraries, all from Debian 12. With VIRGA_STATIC they are linked from their archives: loading
# libcurl's 37 shared libraries costs 8 ms of CPU at every start, linking them in costs none.
find_package(Threads REQUIRED)
set(ZLIB_USE_STATIC_LIBS ${VIRGA_STATIC})
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)

if(VIRGA_STATIC)
  set(virga_lib_suffix .a)
  # Without -no-pie the loader relocates OpenSSL's tables at every start: 0.6 ms. libc stays shared, because name
  # lookup (NSS) loads its modules through it; that costs 0.4 ms.
  set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
  add_compile_options(-fno-pie -ffunction-sections -fdata-sections)
  add_link_options(-no-pie -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,--as-needed)
else()
  set(virga_lib_suffix .so)
endif()

# virga_find(<target> <library>...): an interface library of the named libraries.
function(virga_find target)
  add_library(${target} INTERFACE)
  foreach(name ${ARGN})
    find_library(VIRGA_LIB_${name} NAMES lib${name}${virga_lib_suffix} REQUIRED)
    target_link_libraries(${target} INTERFACE ${VIRGA_LIB_${name}})
  endforeach()
endfunction()

if(VIRGA_STATIC)
  # What libcurl.a wants of LDAP, RTMP, SSH and GSS-API, behind it on the command line.
  add_library(virga_curl_absent STATIC src/http/curl_absent.c)
  virga_find(virga_curl curl)
  target_link_libraries(virga_curl INTERFACE virga_curl_absent)
  virga_find(virga_curl_needs nghttp2 psl idn2 unistring ssl crypto brotlidec brotlicommon zstd z)
  target_link_libraries(virga_curl INTERFACE virga_curl_needs)
else()
  virga_find(virga_curl curl ssl crypto)
endif()
target_link_libraries(virga_curl INTERFACE Threads::Threads)
virga_find(virga_crypto crypto)
virga_find(virga_zstd zstd)
virga_find(virga_pugixml pugixml)
virga_find(virga_yaml yaml-cpp)
# Header-only in use: the pack is read in place and written by the header's FlatBufferBuilder.
add_library(virga_flatbuffers INTERFACE)
find_program(FLATC flatc REQUIRED)
