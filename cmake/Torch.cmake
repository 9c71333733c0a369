# Torch.cmake: finds libtorch by path and gives the imported target spectradiff::libtorch.
#
# Not find_package(Torch): torch's own package files look for a CUDA toolkit as soon as the wheel was built with CUDA and
# end the configuration where there is none. We compile no CUDA source and include CPU headers only, so paths are enough.
#
# Looked at in this order; the first usable torch wins:
#   1. SPECTRADIFF_TORCH_DIR, the cache entry, then the environment variable: an unpacked libtorch, or a Python
#      environment's site-packages/torch. A folder named this way is used or refused, never passed over;
#   2. what an earlier configuration of this build folder found, while it is still there;
#   3. the python3 of the active environment (VIRTUAL_ENV, CONDA_PREFIX), of .venv in the source tree, and on PATH.
#
# Gives SPECTRADIFF_TORCH_ROOT (the folder that holds include/ and lib/), SPECTRADIFF_TORCH_VERSION (such as 2.13.0) and
# SPECTRADIFF_TORCH_LIBRARY_DIRS (torch's own folder first, then those of the NVIDIA packages beside it).

set(SPECTRADIFF_TORCH_DIR "" CACHE PATH "A libtorch folder or a Python environment's site-packages/torch")
set(SPECTRADIFF_TORCH_OLDEST 2.7)

# Says in out_problem why DIR cannot serve, or sets it empty and out_version to the torch version its headers state.
function(spectradiff_inspect_torch dir out_version out_problem)
  set(${out_version} "" PARENT_SCOPE)
  foreach(part include/torch/script.h include/torch/csrc/api/include lib/libtorch.so lib/libtorch_cpu.so lib/libc10.so)
    if(NOT EXISTS ${dir}/${part})
      set(${out_problem} "it has no ${part}" PARENT_SCOPE)
      return()
    endif()
  endforeach()

  set(version "")
  foreach(header include/torch/headeronly/version.h include/torch/csrc/api/include/torch/version.h)
    if(NOT version AND EXISTS ${dir}/${header})
      file(STRINGS ${dir}/${header} lines REGEX "^#define TORCH_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+")
      string(REGEX REPLACE "[^0-9;]" "" numbers "${lines}")
      string(REPLACE ";" "." version "${numbers}")
    endif()
  endforeach()
  if(NOT version)
    set(${out_problem} "its headers do not state a version" PARENT_SCOPE)
    return()
  endif()
  if(version VERSION_LESS SPECTRADIFF_TORCH_OLDEST)
    set(${out_problem} "it is torch ${version} and ${SPECTRADIFF_TORCH_OLDEST} is the oldest that works" PARENT_SCOPE)
    return()
  endif()

  # Since 2.7 the wheels use the C++11 ABI and stopped saying so; a build of someone's own may still not.
  set(config ${dir}/share/cmake/Torch/TorchConfig.cmake)
  if(EXISTS ${config})
    file(STRINGS ${config} old_abi REGEX "_GLIBCXX_USE_CXX11_ABI=0")
    if(old_abi)
      set(${out_problem} "it was built with _GLIBCXX_USE_CXX11_ABI=0 and the system's libraries with 1" PARENT_SCOPE)
      return()
    endif()
  endif()
  set(${out_version} ${version} PARENT_SCOPE)
  set(${out_problem} "" PARENT_SCOPE)
endfunction()

# The torch folder that PYTHON would import from, without importing it (that takes seconds); empty when there is none.
function(spectradiff_ask_python python out_dir)
  set(as_it_is "")
  if(SKBUILD)
    # pip builds wheels under a PYTHONPATH that hides what its own environment holds.
    set(as_it_is ${CMAKE_COMMAND} -E env --unset=PYTHONPATH)
  endif()
  execute_process(
    COMMAND ${as_it_is} ${python} -c "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s and s.origin else '')"
    WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
    OUTPUT_VARIABLE dir OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    set(dir "")
  endif()
  set(${out_dir} "${dir}" PARENT_SCOPE)
endfunction()

function(spectradiff_torch_missing reason)
  message(FATAL_ERROR
    "${reason}\n"
    "What helps, any one of these:\n"
    "  ./scripts/demo                          installs torch into .venv and builds\n"
    "  cmake -DSPECTRADIFF_TORCH_DIR=FOLDER    uses an unpacked libtorch, or site-packages/torch, >= ${SPECTRADIFF_TORCH_OLDEST}\n"
    "  cmake -DSPECTRADIFF_TORCH=OFF           builds without the engine: analyze and paint work, render does not\n")
endfunction()

# Sets SPECTRADIFF_TORCH_ROOT and SPECTRADIFF_TORCH_VERSION in the caller, or ends the configuration.
function(spectradiff_find_torch)
  set(named "${SPECTRADIFF_TORCH_DIR}")
  if(NOT named)
    set(named "$ENV{SPECTRADIFF_TORCH_DIR}")
  endif()
  if(named)
    get_filename_component(named "${named}" ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
    spectradiff_inspect_torch(${named} version problem)
    if(problem)
      spectradiff_torch_missing("SPECTRADIFF_TORCH_DIR = ${named} cannot be used: ${problem}.")
    endif()
    set(SPECTRADIFF_TORCH_ROOT ${named} PARENT_SCOPE)
    set(SPECTRADIFF_TORCH_VERSION ${version} PARENT_SCOPE)
    return()
  endif()

  set(candidates "")
  if(SPECTRADIFF_TORCH_FOUND)
    list(APPEND candidates ${SPECTRADIFF_TORCH_FOUND})
  endif()
  set(seen "")
  set(pythons "")
  find_program(SPECTRADIFF_PATH_PYTHON python3 NO_CACHE)
  foreach(environment "$ENV{VIRTUAL_ENV}" "$ENV{CONDA_PREFIX}" ${CMAKE_SOURCE_DIR}/.venv)
    if(environment)
      list(APPEND pythons ${environment}/bin/python3)
    endif()
  endforeach()
  foreach(python IN LISTS pythons SPECTRADIFF_PATH_PYTHON)
    if(EXISTS ${python})
      spectradiff_ask_python(${python} dir)
      if(dir)
        list(APPEND candidates ${dir})
      else()
        string(APPEND seen "  ${python} has no torch\n")
      endif()
    endif()
  endforeach()
  foreach(dir IN LISTS candidates)
    spectradiff_inspect_torch(${dir} version problem)
    if(NOT problem)
      set(SPECTRADIFF_TORCH_FOUND ${dir} CACHE INTERNAL "The torch that an earlier configuration found")
      set(SPECTRADIFF_TORCH_ROOT ${dir} PARENT_SCOPE)
      set(SPECTRADIFF_TORCH_VERSION ${version} PARENT_SCOPE)
      return()
    endif()
    string(APPEND seen "  ${dir}: ${problem}\n")
  endforeach()
  spectradiff_torch_missing("No usable torch was found. Looked at:\n${seen}")
endfunction()

spectradiff_find_torch()

set(SPECTRADIFF_TORCH_LIBRARY_DIRS ${SPECTRADIFF_TORCH_ROOT}/lib)
set(torch_libraries ${SPECTRADIFF_TORCH_ROOT}/lib/libtorch.so ${SPECTRADIFF_TORCH_ROOT}/lib/libtorch_cpu.so
                    ${SPECTRADIFF_TORCH_ROOT}/lib/libc10.so)
set(torch_kind "CPU")
if(EXISTS ${SPECTRADIFF_TORCH_ROOT}/lib/libtorch_cuda.so)
  set(torch_kind "CUDA")
  list(APPEND torch_libraries ${SPECTRADIFF_TORCH_ROOT}/lib/libtorch_cuda.so ${SPECTRADIFF_TORCH_ROOT}/lib/libc10_cuda.so)
  # pip puts the NVIDIA libraries into packages of their own beside torch.
  file(GLOB nvidia_dirs LIST_DIRECTORIES true ${SPECTRADIFF_TORCH_ROOT}/../nvidia/*/lib)
  foreach(dir IN LISTS nvidia_dirs)
    get_filename_component(dir ${dir} ABSOLUTE)
    list(APPEND SPECTRADIFF_TORCH_LIBRARY_DIRS ${dir})
  endforeach()
endif()

# No symbol of ours comes from libtorch_cuda: it registers its kernels when it is loaded. --as-needed, the default of
# several distributions, would drop it and leave a program that finds no GPU.
set(CMAKE_CXX_LINK_LIBRARY_USING_KEEP "LINKER:--push-state,--no-as-needed" "<LINK_ITEM>" "LINKER:--pop-state")
set(CMAKE_CXX_LINK_LIBRARY_USING_KEEP_SUPPORTED TRUE)

add_library(spectradiff::libtorch INTERFACE IMPORTED GLOBAL)
list(JOIN torch_libraries "," kept)
set_target_properties(spectradiff::libtorch PROPERTIES
  INTERFACE_LINK_LIBRARIES "$<LINK_LIBRARY:KEEP,${kept}>"
  INTERFACE_COMPILE_DEFINITIONS "_GLIBCXX_USE_CXX11_ABI=1")
target_include_directories(spectradiff::libtorch SYSTEM INTERFACE
  ${SPECTRADIFF_TORCH_ROOT}/include ${SPECTRADIFF_TORCH_ROOT}/include/torch/csrc/api/include)
foreach(dir IN LISTS SPECTRADIFF_TORCH_LIBRARY_DIRS)
  target_link_options(spectradiff::libtorch INTERFACE "LINKER:-rpath,${dir}")
endforeach()

message(STATUS "libtorch ${SPECTRADIFF_TORCH_VERSION} (${torch_kind} build): ${SPECTRADIFF_TORCH_ROOT}")
