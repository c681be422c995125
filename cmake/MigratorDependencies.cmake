# Debian packages only; scripts/packages lists them, docs/decisions/0002-dependencies.md says why each.
find_package(PkgConfig REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(cpprestsdk REQUIRED)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(NETTLE REQUIRED IMPORTED_TARGET nettle)
find_library(PG_QUERY_LIBRARY pg_query REQUIRED)
find_path(PG_QUERY_INCLUDE pg_query.h REQUIRED)
# Static in programs: it is small, and start-up counts (docs/decisions/0003). Modules cannot hold it, for it is not position-independent.
find_library(YAML_CPP_LIBRARY NAMES libyaml-cpp.a yaml-cpp REQUIRED)
find_library(YAML_CPP_SHARED_LIBRARY NAMES yaml-cpp REQUIRED)
add_library(migrator_yaml INTERFACE)
target_link_libraries(migrator_yaml INTERFACE
  $<IF:$<STREQUAL:$<TARGET_PROPERTY:TYPE>,MODULE_LIBRARY>,${YAML_CPP_SHARED_LIBRARY},${YAML_CPP_LIBRARY}>)

if(MIGRATOR_TESTS)
  find_package(GTest REQUIRED)
endif()
