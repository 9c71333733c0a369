# What Debian wants of every package, made by CPack in the folder that becomes the package.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()
file(GLOB programs ${CPACK_TEMPORARY_DIRECTORY}/usr/bin/spectradiff ${CPACK_TEMPORARY_DIRECTORY}/*/usr/bin/spectradiff)
foreach(program IN LISTS programs)
  get_filename_component(root ${program}/../.. ABSOLUTE)
  # Where the torch lies that this was built with means nothing elsewhere.
  if(EXISTS ${root}/lib/spectradiff/libspectradiff_torch.so)
    file(RPATH_REMOVE FILE ${root}/lib/spectradiff/libspectradiff_torch.so)
  endif()
  set(doc ${root}/share/doc/spectradiff)
  file(WRITE ${doc}/copyright
    "Copyright 2026 the spectradiff authors\n\n"
    "This program is free software under the GNU General Public License, version 3 or (at your option) any later.\n"
    "On Debian systems its text is in /usr/share/common-licenses/GPL-3. There is no warranty.\n")
  file(WRITE ${doc}/changelog
    "spectradiff (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium\n\n  * As built from the source of this version.\n\n"
    " -- ${CPACK_DEBIAN_PACKAGE_MAINTAINER}  Sat, 21 Nov 2026 00:00:00 +0000\n")
  execute_process(COMMAND gzip -9nf ${doc}/changelog ${root}/share/man/man1/spectradiff.1 COMMAND_ERROR_IS_FATAL ANY)
endforeach()
