if(VIRGA_SANITIZE)
  add_compile_options(-fsanitize=${VIRGA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # GCC 12 sees uninitialized members of a std::variant through the calls that sanitizers put in, here and there as a
    # header changes.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  add_link_options(-fsanitize=${VIRGA_SANITIZE})
  # Hundreds of megabytes in each of 40 programs: 3 seconds instead of 9.
  find_program(VIRGA_LLD ld.lld)
  if(VIRGA_LLD)
    add_link_options(-fuse-ld=lld)
  endif()
endif()
