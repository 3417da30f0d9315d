# Third-party libraries, all from Debian 12. With VIRGA_STATIC they are linked from their archives: loading
# libcurl's 37 shared libraries costs 8 ms of CPU at every start, linking them in costs none.
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)

if(VIRGA_STATIC)
  set(virga_lib_suffix .a)
  set(ZLIB_LIBRARY_RELEASE ${ZLIB_LIBRARY_RELEASE})
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
  virga_find(virga_curl curl nghttp2 psl idn2 unistring ssl crypto brotlidec brotlicommon zstd z)
else()
  virga_find(virga_curl curl ssl crypto)
endif()
target_link_libraries(virga_curl INTERFACE Threads::Threads)
virga_find(virga_crypto crypto)
virga_find(virga_zstd zstd)
virga_find(virga_pugixml pugixml)
# Header-only in use: the pack is read in place and written by the header's FlatBufferBuilder.
add_library(virga_flatbuffers INTERFACE)
find_program(FLATC flatc REQUIRED)
