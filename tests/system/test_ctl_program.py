"""The control client as a program among others."""

import subprocess

import pytest


@pytest.fixture
def program(setup):
    return str(setup.program("ringmasterctl"))


def test_starting_it_loads_no_library_beside_the_c_library(program):
    """Each one costs a start a tenth of a millisecond, libstdc++ half of one."""
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, timeout=60, check=True).stdout
    names = {line.split()[0].rpartition("/")[2].partition(".")[0] for line in listed.splitlines()}
    assert names <= {"linux-vdso", "libc", "libm", "ld-linux-x86-64", "ld-linux-aarch64"}
