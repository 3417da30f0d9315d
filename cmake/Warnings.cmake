# The warnings every target of ours is built with. Third-party headers are SYSTEM and stay silent.
add_library(virga_options INTERFACE)
target_compile_options(virga_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wsuggest-override -Wcast-align -Wformat=2 -Wextra-semi
  # False positives in GCC 12's std::string at -O2 (GCC bug 105651).
  -Wno-restrict)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(virga_options INTERFACE
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wuseless-cast)
endif()
if(VIRGA_WERROR)
  target_compile_options(virga_options INTERFACE -Werror)
endif()
target_include_directories(virga_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(virga_options INTERFACE VIRGA_VERSION="${PROJECT_VERSION}")
