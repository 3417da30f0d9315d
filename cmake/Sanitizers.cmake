if(VIRGA_SANITIZE)
  add_compile_options(-fsanitize=${VIRGA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # GCC 12 sees uninitialized members of a std::variant through the calls that sanitizers put in, here and there as a
    # header changes.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  add_link_options(-fsanitize=${VIRGA_SANITIZE})
endif()
