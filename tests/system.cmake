# The tests that are no unit tests: whole daemons, layering, documentation.

add_test(NAME layers COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR}
                             -P ${CMAKE_CURRENT_SOURCE_DIR}/layers.cmake)

add_test(NAME documented COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR}
                                 -P ${CMAKE_CURRENT_SOURCE_DIR}/documented.cmake)

# Each header compiles alone. Not part of any build or test run, it takes minutes: ./dev lint
# builds it.
file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}
     ${CMAKE_SOURCE_DIR}/src/*.hpp ${CMAKE_SOURCE_DIR}/src/*/*.hpp ${CMAKE_SOURCE_DIR}/ctl/*.hpp)
foreach(header ${headers})
    string(REGEX REPLACE "^src/" "" included ${header})
    set(source ${CMAKE_CURRENT_BINARY_DIR}/headers/${header}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${included}\"\n")
    list(APPEND header_sources ${source})
endforeach()
add_library(check_headers OBJECT EXCLUDE_FROM_ALL ${header_sources})
target_link_libraries(check_headers PRIVATE ringmaster_options ringmaster_ctl ringmaster_http
                      ringmaster_rpc PkgConfig::liburing pugixml)
target_compile_options(check_headers PRIVATE -O0 -g0)

# Debian's Python, which python3-pytest belongs to, whatever comes first in PATH.
find_program(RINGMASTER_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)

# The benchmarks' own code; tests/system/test_bench.py runs the benchmarks themselves.
add_test(NAME bench_harness
         COMMAND ${RINGMASTER_PYTHON} -m pytest -q -p no:cacheprovider
                 ${CMAKE_CURRENT_SOURCE_DIR}/bench)
set_tests_properties(bench_harness PROPERTIES ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")

# ringmaster_system_test(NAME [PYTEST ARGUMENT...])
function(ringmaster_system_test name)
    add_test(NAME ${name}
             COMMAND ${RINGMASTER_PYTHON} -m pytest -q -p no:cacheprovider
                     --build=${CMAKE_BINARY_DIR} ${ARGN} ${CMAKE_CURRENT_SOURCE_DIR}/system)
    set_tests_properties(${name} PROPERTIES LABELS system TIMEOUT 900 COST 300
                         ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1;UBSAN_OPTIONS=print_stacktrace=1")
endfunction()

if(RINGMASTER_SANITIZE)
    ringmaster_system_test(system_engine -m engine)
    set_tests_properties(system_engine PROPERTIES TIMEOUT 1800)
else()
    # Everything once with the engine that the machine offers, then what depends on it with the
    # others. Tests mostly wait, so they are many entries, by the beginnings of their files' names.
    set(but_ctl --ignore-glob=${CMAKE_CURRENT_SOURCE_DIR}/system/test_ctl_*)
    set(areas bench config event http rpc)
    foreach(area ${areas})
        ringmaster_system_test(system_${area} ${but_ctl} -k test_${area})
    endforeach()
    list(JOIN areas " or test_" others)
    ringmaster_system_test(system_others ${but_ctl} -k "not (test_${others})")
    foreach(part failures options program servers streams terminal)
        ringmaster_system_test(system_ctl_${part} -k test_ctl_${part})
    endforeach()
    # The transcripts take the longest: the scenarios that start and stop most, and the others.
    set(busy "groups or starting or stopping")
    ringmaster_system_test(system_ctl_golden_busy -k "test_ctl_golden and (${busy})")
    ringmaster_system_test(system_ctl_golden -k "test_ctl_golden and not (${busy})")
    ringmaster_system_test(system_epoll -m engine --engine=epoll)
    ringmaster_system_test(system_no_uring -m engine --no-uring)
endif()
