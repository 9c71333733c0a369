# What `cmake --install` and CPack take along. Components: program (with its data), engine (the libtorch plug-in), development.
include(CMakePackageConfigHelpers)

set(data ${CMAKE_INSTALL_DATADIR}/spectradiff)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/spectradiff)

# The manual page and the completions are what this very program says of itself. CMAKE_CROSSCOMPILING_EMULATOR runs a foreign one.
set(documents ${PROJECT_BINARY_DIR}/documents)
file(MAKE_DIRECTORY ${documents})
set(generated "")
foreach(document IN ITEMS "spectradiff.1 man" "spectradiff.bash completion bash" "_spectradiff completion zsh" "spectradiff.fish completion fish")
  separate_arguments(words UNIX_COMMAND ${document})
  list(POP_FRONT words file)
  add_custom_command(OUTPUT ${documents}/${file} COMMAND spectradiff ${words} > ${documents}/${file} DEPENDS spectradiff VERBATIM)
  list(APPEND generated ${documents}/${file})
endforeach()
set(by_default ALL)
if(SPECTRADIFF_SANITIZE)
  set(by_default "") # nobody installs that
endif()
add_custom_target(documents ${by_default} DEPENDS ${generated})

install(TARGETS spectradiff RUNTIME COMPONENT program)
install(DIRECTORY presets models DESTINATION ${data} COMPONENT program OPTIONAL PATTERN "*.md" EXCLUDE)
install(FILES src/cli/events.schema.json DESTINATION ${data} COMPONENT program)
install(FILES ${documents}/spectradiff.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
install(FILES ${documents}/spectradiff.bash RENAME spectradiff
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
install(FILES ${documents}/_spectradiff DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions COMPONENT program)
install(FILES ${documents}/spectradiff.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT development)

# ../lib/spectradiff of the program's folder, whatever the system's libraries' folder is called.
if(TARGET spectradiff_torch)
  # The torch it was built with is still there after an install, and not on the machine that a package goes to.
  set_target_properties(spectradiff_torch PROPERTIES INSTALL_RPATH "${SPECTRADIFF_TORCH_LIBRARY_DIRS}" BUILD_WITH_INSTALL_RPATH ON)
  install(TARGETS spectradiff_torch LIBRARY DESTINATION lib/spectradiff COMPONENT engine)
  if(SKBUILD)
    if(NOT SPECTRADIFF_TORCH_VERSION VERSION_EQUAL SPECTRADIFF_WHEEL_TORCH)
      message(FATAL_ERROR "A wheel is for torch ${SPECTRADIFF_WHEEL_TORCH} (scripts/wheel/pyproject.toml), and this is torch ${SPECTRADIFF_TORCH_VERSION}: ${SPECTRADIFF_TORCH_ROOT}")
    endif()
    # A wheel goes to other environments, whose own torch is found there.
    install(CODE "file(RPATH_REMOVE FILE \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/spectradiff/libspectradiff_torch.so\")" COMPONENT engine)
  endif()
endif()

if(TARGET spectradiff_flow_plugin)
  install(TARGETS spectradiff_flow_plugin LIBRARY DESTINATION lib/spectradiff COMPONENT program)
endif()

# The library: find_package(spectradiff), target spectradiff::spectradiff.
add_library(spectradiff_library INTERFACE)
set_target_properties(spectradiff_library PROPERTIES EXPORT_NAME spectradiff)
foreach(module IN LISTS SPECTRADIFF_MODULES)
  if(TARGET spectradiff_${module} AND NOT module MATCHES "^(torch_engine|cli)$")
    target_link_libraries(spectradiff_library INTERFACE spectradiff::${module})
    set_target_properties(spectradiff_${module} PROPERTIES EXPORT_NAME ${module})
    install(TARGETS spectradiff_${module} EXPORT spectradiff ARCHIVE COMPONENT development)
  endif()
endforeach()
install(TARGETS spectradiff_library spectradiff_options EXPORT spectradiff)
install(DIRECTORY include/spectradiff DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(EXPORT spectradiff NAMESPACE spectradiff:: FILE spectradiffTargets.cmake DESTINATION ${package} COMPONENT development)
configure_package_config_file(cmake/spectradiffConfig.cmake.in spectradiffConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(spectradiffConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/spectradiffConfig.cmake ${PROJECT_BINARY_DIR}/spectradiffConfigVersion.cmake
        DESTINATION ${package} COMPONENT development)

# `cpack -G DEB`: the program and, where it was built, the engine; libtorch stays out.
set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL program engine)
if(NOT TARGET spectradiff_torch)
  set(CPACK_COMPONENTS_ALL program)
endif()
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/DebianFiles.cmake)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
# Who makes a package for others puts their own here, as Debian's tools take DEBFULLNAME and DEBEMAIL.
set(SPECTRADIFF_PACKAGE_MAINTAINER "The spectradiff authors <maintainers@spectradiff.invalid>"
    CACHE STRING "maintainer of the Debian package: NAME <ADDRESS>")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${SPECTRADIFF_PACKAGE_MAINTAINER}")
set(CPACK_DEBIAN_PACKAGE_SECTION video)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "song to diffused music video renderer for scripts")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Every video frame is a picture painted from that moment's spectrum and, with
the command render, pushed through Stable Diffusion img2img. The commands
paint and analyze need nothing else. For render, install torch with
pip --target ~/.local/share/spectradiff/python, unpack a libtorch into
~/.local/share/spectradiff/libtorch or name one in SPECTRADIFF_TORCH_DIR; the
command doctor says what is there and what is missing.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${SPECTRADIFF_TORCH_LIBRARY_DIRS})
# Loaded when it is needed, so that no dependency follows from the program's own.
string(REGEX MATCH "^[0-9]+" libavfilter_major "${LIBAVFILTER_VERSION}")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "fonts-dejavu-core, libavfilter${libavfilter_major}")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "chafa, ffmpeg, mpv, python3-pip")
include(CPack)
