# Packages: the system's first, a pinned download where there is a network and no package.
include(FetchContent)
set(FETCHCONTENT_QUIET OFF)

# aio_package(name  debian_package  git_url  git_tag)
macro(aio_package name debian url tag)
  find_package(${name} QUIET)
  if(NOT ${name}_FOUND)
    message(STATUS "${name} is not installed (Debian, Ubuntu: apt-get install ${debian}); "
                   "trying to download ${tag}")
    FetchContent_Declare(${name} GIT_REPOSITORY ${url} GIT_TAG ${tag} GIT_SHALLOW TRUE)
    FetchContent_MakeAvailable(${name})
    set(${name}_FOUND TRUE)
  endif()
endmacro()

set(BENCHMARK_ENABLE_TESTING OFF CACHE BOOL "" FORCE)
set(BENCHMARK_ENABLE_GTEST_TESTS OFF CACHE BOOL "" FORCE)

aio_package(fmt libfmt-dev https://github.com/fmtlib/fmt.git 9.1.0)
aio_package(tomlplusplus libtomlplusplus-dev https://github.com/marzer/tomlplusplus.git v3.3.0)
aio_package(CLI11 libcli11-dev https://github.com/CLIUtils/CLI11.git v2.1.2)
aio_package(nlohmann_json nlohmann-json3-dev https://github.com/nlohmann/json.git v3.11.2)
if(AIO_TESTS)
  aio_package(GTest libgtest-dev https://github.com/google/googletest.git release-1.12.1)
endif()
if(AIO_BENCH)
  aio_package(benchmark libbenchmark-dev https://github.com/google/benchmark.git v1.7.1)
endif()
