# The scripts src/completion/virga.SHELL, and Nushell's module, as texts in the program: script_for() of
# completion/scripts.hpp.
set(script_rows "")
foreach(shell bash zsh fish nushell)
  set(script ${CMAKE_SOURCE_DIR}/src/completion/virga.${shell})
  if(shell STREQUAL "nushell")
    set(script ${CMAKE_SOURCE_DIR}/share/nushell/virga.nu)
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
  file(READ ${script} script_text)
  string(APPEND script_rows "  if (shell == \"${shell}\") {\n    return R\"script(${script_text})script\";\n  }\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/completion_scripts.cpp @ONLY CONTENT
"#include \"completion/scripts.hpp\"

namespace virga::completion {

std::string_view script_for(std::string_view shell) {
${script_rows}  return {};
}

}  // namespace virga::completion
")
target_sources(virga_completion PRIVATE ${CMAKE_BINARY_DIR}/generated/completion_scripts.cpp)
