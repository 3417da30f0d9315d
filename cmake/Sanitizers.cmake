if(VIRGA_SANITIZE)
  add_compile_options(-fsanitize=${VIRGA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  if(VIRGA_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # GCC 12 sees uninitialized texts in std::variant through the calls that ThreadSanitizer puts in.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  add_link_options(-fsanitize=${VIRGA_SANITIZE})
endif()
