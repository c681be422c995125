# migrator_library(NAME SOURCES… [LINKS …])   a static library migrator_NAME
# migrator_test(NAME LABEL unit|integration SOURCES … LINKS …)   a GoogleTest program NAME, each test of it known to ctest

add_library(migrator_flags INTERFACE)
target_compile_options(migrator_flags INTERFACE -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Wimplicit-fallthrough)
target_include_directories(migrator_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(migrator_flags INTERFACE MIGRATOR_VERSION="${PROJECT_VERSION}")

function(migrator_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_library(migrator_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(migrator_${name} PUBLIC migrator_flags ${ARG_LINKS})
endfunction()

function(migrator_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;LINKS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES UNITY_BUILD OFF) # each test file may have a fixture of the same name
  target_link_libraries(${name} PRIVATE migrator_flags ${ARG_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE MIGRATOR_TESTDATA="${PROJECT_SOURCE_DIR}/tests/testdata")
  gtest_discover_tests(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT} DISCOVERY_TIMEOUT 60)
endfunction()

include(GoogleTest OPTIONAL)
