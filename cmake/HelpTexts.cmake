# The texts of src/commands (cache.md, s3/ls.md) as a table in the program: help_texts() of commands/help_texts.hpp.
#
# Included by CMakeLists.txt it adds the step to virga_commands; run as a script (cmake -P) it is the step.
if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB_RECURSE files RELATIVE ${FOLDER} ${FOLDER}/*.md)
  list(SORT files)
  set(rows "")
  foreach(file ${files})
    string(REGEX REPLACE "\\.md$" "" name ${file})
    string(REPLACE "/" "_" name ${name})
    file(READ ${FOLDER}/${file} text)
    string(APPEND rows "    {\"${name}\", R\"markdown(${text})markdown\"},\n")
  endforeach()
  file(WRITE ${OUT} "#include \"commands/help_texts.hpp\"

namespace virga::commands {
namespace {

constexpr HelpText k_help_texts[] = {
${rows}};

}  // namespace

std::span<const HelpText> help_texts() { return k_help_texts; }

}  // namespace virga::commands
")
  return()
endif()

file(GLOB_RECURSE help_texts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/commands/*.md)
set(help_source ${CMAKE_BINARY_DIR}/generated/help_texts.cpp)
add_custom_command(
  OUTPUT ${help_source}
  COMMAND ${CMAKE_COMMAND} -DFOLDER=${CMAKE_SOURCE_DIR}/src/commands -DOUT=${help_source}
          -P ${CMAKE_SOURCE_DIR}/cmake/HelpTexts.cmake
  DEPENDS ${help_texts} ${CMAKE_SOURCE_DIR}/cmake/HelpTexts.cmake)
target_sources(virga_commands PRIVATE ${help_source})
