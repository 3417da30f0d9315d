# pack_generated.h, the accessors of the model pack, from its FlatBuffers schema.
set(pack_dir ${CMAKE_BINARY_DIR}/generated)
add_custom_command(
  OUTPUT ${pack_dir}/pack_generated.h
  COMMAND ${FLATC} --cpp --cpp-std c++17 --gen-mutable -o ${pack_dir} ${CMAKE_SOURCE_DIR}/src/model/pack.fbs
  DEPENDS ${CMAKE_SOURCE_DIR}/src/model/pack.fbs
  VERBATIM)
add_custom_target(virga_pack_schema DEPENDS ${pack_dir}/pack_generated.h)
add_dependencies(virga_model virga_pack_schema)
target_include_directories(virga_model SYSTEM PUBLIC ${pack_dir})
