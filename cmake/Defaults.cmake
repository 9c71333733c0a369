# What every target shares: the standard, warnings, ccache, sanitizers, where programs land.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(spectradiff_options INTERFACE)
target_compile_options(spectradiff_options INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 warns of overlapping copies in its own std::string (GCC bug 105651).
  target_compile_options(spectradiff_options INTERFACE -Wno-restrict)
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # A source that is included looks like a header to g++, which warns of its private types.
  target_compile_options(spectradiff_options INTERFACE -Wno-subobject-linkage)
endif()
if(SPECTRADIFF_SANITIZE)
  target_compile_options(spectradiff_options INTERFACE -fsanitize=${SPECTRADIFF_SANITIZE} -fno-omit-frame-pointer
                                                       -fno-sanitize-recover=all)
  # These check every access through a pointer once more, after the address sanitizer: a third of the build's time.
  target_compile_options(spectradiff_options INTERFACE -fno-sanitize=null,alignment,object-size,vptr,pointer-overflow)
  target_link_options(spectradiff_options INTERFACE -fsanitize=${SPECTRADIFF_SANITIZE})
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
