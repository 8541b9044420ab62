# Checks who includes whom: cmake -DROOT=<source tree> -P tests/layers.cmake
#
# The link line already keeps a layer from using what it does not link; this also catches headers
# that need no linking, and keeps each third-party library in the one file that wraps it.
cmake_minimum_required(VERSION 3.25)

set(kernel "sys/|linux/|netinet/|arpa/|unistd|fcntl|poll|signal\\.h|csignal|pthread|netdb|pwd|grp|glob|syslog|spawn|sched")

# io/timer.hpp says why not Asio's.
set(timers "boost/asio/[a-z_]+_timer")

# What may not be included by the files of a layer.
set(src/core_forbidden "boost/asio|boost/beast|liburing|pugixml|${kernel}|io/|rpc/|http/|ctl/")
set(src/io_forbidden "${timers}|boost/beast|pugixml|ini\\.h|rpc/|http/|ctl/")
set(src/rpc_forbidden "boost/asio|boost/beast|liburing|ini\\.h|${kernel}|io/|http/|ctl/")
set(src/http_forbidden "${timers}|pugixml|liburing|ini\\.h|rpc/|ctl/")
set(ctl_forbidden "boost/asio|boost/beast|liburing|pugixml|ini\\.h|http/")

# Exceptions: headers of a lower layer that are let through.
set(src/rpc_allowed "\"io/task\\.hpp\"")

# Third-party headers, and the files that may include them.
set(kept "ini\\.h" "pugixml" "boost/beast" "liburing" "histedit")
set(keeper_0 "src/core/ini_reader\\.cpp")
set(keeper_1 "src/rpc/xml_reader\\.[ch]pp")
set(keeper_2 "src/http/request_reader\\.cpp")
set(keeper_3 "src/io/[a-z_]*ring[a-z_]*\\.[ch]pp")
set(keeper_4 "ctl/line_[a-z]*\\.[ch]pp")

set(broken "")
foreach(layer src/core src/io src/rpc src/http ctl)
  file(GLOB files RELATIVE ${ROOT} ${ROOT}/${layer}/*.hpp ${ROOT}/${layer}/*.cpp)
  if(NOT files)
    message(FATAL_ERROR "no files in ${ROOT}/${layer}")
  endif()
  foreach(file ${files})
    file(STRINGS ${ROOT}/${file} includes REGEX "^#include [<\"]")
    foreach(line ${includes})
      if(line MATCHES "^#include [<\"](${${layer}_forbidden})")
        if(NOT (DEFINED ${layer}_allowed AND line MATCHES "${${layer}_allowed}"))
          string(APPEND broken "  ${file}: ${line}\n")
        endif()
      endif()
      foreach(index RANGE 4)
        list(GET kept ${index} header)
        if(line MATCHES "^#include [<\"]${header}" AND NOT file MATCHES "^${keeper_${index}}$")
          string(APPEND broken "  ${file}: ${line} (only in ${keeper_${index}})\n")
        endif()
      endforeach()
    endforeach()
  endforeach()
endforeach()
if(broken)
  message(FATAL_ERROR "layering rule broken:\n${broken}")
endif()
