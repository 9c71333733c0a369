# spectradiff_module(NAME SOURCES a.cpp … DEPENDS module … PRIVATE library …)
# One static library per module. DEPENDS are modules of lower layers (public); PRIVATE is the module's own third-party library.
function(spectradiff_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_library(spectradiff_${name} STATIC ${ARG_SOURCES})
  add_library(spectradiff::${name} ALIAS spectradiff_${name})
  target_include_directories(spectradiff_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                                        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(spectradiff_${name} PUBLIC fmt::fmt Threads::Threads PRIVATE spectradiff_options ${ARG_PRIVATE})
  foreach(module IN LISTS ARG_DEPENDS)
    target_link_libraries(spectradiff_${name} PUBLIC spectradiff::${module})
  endforeach()
endfunction()

# spectradiff_quick_to_build(TARGET): for code that runs once a job and not once a pixel or a sample; g++ takes a fifth less.
function(spectradiff_quick_to_build target)
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
endfunction()

# spectradiff_test(MODULE SOURCES a_test.cpp … DEPENDS module … PRIVATE library …)
# One GoogleTest program per module, <module>_tests. SPECTRADIFF_TEST_DATA is tests/<module>/data.
function(spectradiff_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE" ${ARGN})
  add_executable(${name}_tests ${ARG_SOURCES})
  target_link_libraries(${name}_tests PRIVATE spectradiff_options spectradiff::${name} GTest::gmock GTest::gtest_main ${ARG_PRIVATE})
  foreach(module IN LISTS ARG_DEPENDS)
    target_link_libraries(${name}_tests PRIVATE spectradiff::${module})
  endforeach()
  target_compile_definitions(${name}_tests PRIVATE SPECTRADIFF_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}/data")
  spectradiff_quick_to_build(${name}_tests)
  gtest_discover_tests(${name}_tests PROPERTIES LABELS ${name} DISCOVERY_TIMEOUT 60)
endfunction()
