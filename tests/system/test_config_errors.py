"""Bad configurations and command lines: one `Error:` line, exit code 2, nothing started."""

import subprocess

import pytest

from harness import free_port

STANDARD = "[supervisord]\nlogfile={dir}/supervisord.log\npidfile={dir}/supervisord.pid\nchildlogdir={dir}\n"
CAT = "[program:cat]\ncommand=/bin/cat\n"
SUFFIX = " in section 'program:{}' (file: '{{dir}}/supervisord.conf')"

# What a configuration file holds, and the text after "Error: ".
FILES = {
    "no header": ("command=x\n", "File contains no section headers.\nfile: '{dir}/supervisord.conf', line: 1\n'command=x\\n'"),
    "syntax": (
        STANDARD + "nonsense\n[program:cat]\n=x\n",
        "Source contains parsing errors: '{dir}/supervisord.conf'\n\t[line  5]: 'nonsense\\n'\n\t[line  7]: '=x\\n'",
    ),
    "no supervisord": (CAT, ".ini file does not include supervisord section"),
    "no command": (STANDARD + "[program:x]\n", "program section program:x does not specify a command" + SUFFIX.format("x")),
    "integer": (
        STANDARD + CAT + "startsecs=ten\n",
        "invalid literal for int() with base 10: 'ten'" + SUFFIX.format("cat"),
    ),
    "boolean": (STANDARD + CAT + "autostart=maybe\n", "not a valid boolean value: 'maybe'" + SUFFIX.format("cat")),
    "autorestart": (STANDARD + CAT + "autorestart=Sometimes\n", "invalid 'autorestart' value 'sometimes'" + SUFFIX.format("cat")),
    "signal": (STANDARD + CAT + "stopsignal=NOPE\n", "value 'NOPE' is not a valid signal name" + SUFFIX.format("cat")),
    "signal number": (STANDARD + CAT + "stopsignal=77\n", "value '77' is not a valid signal number" + SUFFIX.format("cat")),
    "size": (STANDARD + CAT + "stdout_logfile_maxbytes=1.5MB\n", "invalid literal for int() with base 10: '1.5'" + SUFFIX.format("cat")),
    "exit codes": (STANDARD + CAT + "exitcodes=0,256\n", "not a valid list of exit codes: '0,256'" + SUFFIX.format("cat")),
    "user": (STANDARD + CAT + "user=nosuchuser\n", "Invalid user name nosuchuser" + SUFFIX.format("cat")),
    "log directory": (
        STANDARD + CAT + "stdout_logfile=/no/such/dir/log\n",
        "The directory named as part of the path /no/such/dir/log does not exist" + SUFFIX.format("cat"),
    ),
    "contradiction": (
        STANDARD + CAT + "stopasgroup=true\nkillasgroup=false\n",
        "Cannot set stopasgroup=true and killasgroup=false" + SUFFIX.format("cat"),
    ),
    "numprocs": (
        STANDARD + CAT + "numprocs=2\n",
        "%(process_num) must be present within process_name when numprocs > 1" + SUFFIX.format("cat"),
    ),
    "expansion": (
        STANDARD + "[program:cat]\ncommand=/bin/cat %(nope)s\n",
        "Format string '/bin/cat %(nope)s' for 'program:cat.command' contains names ('nope') which cannot be expanded. "
        "Available names: ",
    ),
    "environment": (
        STANDARD + CAT + "environment=A\n",
        "Unexpected end of key/value pairs in value 'A'" + SUFFIX.format("cat"),
    ),
    "program name": (STANDARD + "[program:a b]\ncommand=x\n", "Invalid name: 'a b' because of character: ' '"),
    "program name with blanks": (STANDARD + "[program: a b ]\ncommand=x\n", "Invalid name: ' a b ' because of character: ' '"),
    "width from the value": (
        STANDARD + "[program:cat]\ncommand=/bin/cat %(process_num)*d\n",
        "Format string '/bin/cat %(process_num)*d' for 'program:cat.command' is badly formatted: "
        "not enough arguments for format string" + SUFFIX.format("cat"),
    ),
    "group name": (STANDARD + "[group: g:h]\nprograms=x\n", "Invalid name: ' g:h' because of character: ':'"),
    "group member": (STANDARD + "[group:g]\nprograms=nope\n", "[group:g] names unknown program or fcgi-program nope"),
    "include": (STANDARD + "[include]\n", ".ini file has [include] section, but no files setting"),
    "log level": (STANDARD + "loglevel=loud\n", "bad logging level name 'loud'"),
    "port": (STANDARD + "[inet_http_server]\nport=70000\n", "not a valid port number: '70000' "),
    "no port": (STANDARD + "[inet_http_server]\n", "section [inet_http_server] has no port value"),
    "half a login": (
        STANDARD + "[inet_http_server]\nport=1\nusername=x\n",
        "Section [inet_http_server] contains incomplete authentication: If a username or a password is specified, "
        "both the username and password must be specified",
    ),
    "socket mode": (STANDARD + "[unix_http_server]\nfile={dir}/s\nchmod=rwx\n", "Invalid chmod value rwx"),
    "listener": (STANDARD + "[eventlistener:l]\ncommand=x\n", '[eventlistener:l] section requires an "events" line'),
    "interface option": (
        STANDARD + "[rpcinterface:x]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\nretries=%(here)s\n",
        "Format string '%(here)s' for 'rpcinterface:x.retries' contains names ('here') which cannot be expanded. Available names: ",
    ),
    "no factory": (STANDARD + "[rpcinterface:x]\n", "section [rpcinterface:x] does not specify a supervisor.rpcinterface_factory"),
}  # fmt: skip

ARGUMENTS = {
    "unknown": (["-Z"], "option -Z not recognized"),
    "unknown long": (["--nosuch"], "option --nosuch not recognized"),
    "ambiguous": (["--log=x"], "option --log not a unique prefix"),
    "no argument": (["-l"], "option -l requires argument"),
    "argument of a flag": (["--nodaemon=yes"], "option --nodaemon must not have an argument"),
    "positional": (["foo", "bar"], "positional arguments are not supported: ['foo', 'bar']"),
    "twice": (["-n", "-n"], "conflicting command line option '-n'"),
    "bad value": (["-e", "loud"], "invalid value for -e 'loud': bad logging level name 'loud'"),
    "bad number": (["-z", "many"], "invalid value for -z 'many': invalid literal for int() with base 10: 'many'"),
    "missing file": (["-c", "/no/such/file"], "could not find config file /no/such/file"),
    "a directory": (["-c", "/usr"], "could not read config file /usr"),
}


def run(setup, directory, *arguments):
    command = [*setup.daemon_command(), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=directory, timeout=30, check=False)
    return command[-len(arguments) - 1], done


def check(done, program, text):
    """The message begins as given; hints may follow; the last line points to the help."""
    assert done.stderr.startswith(f"Error: {text}")
    assert done.stderr.endswith(f"\nFor help, use {program} -h\n")
    assert done.returncode == 2 and done.stdout == ""


@pytest.mark.parametrize("case", FILES)
def test_a_bad_configuration_stops_the_start(setup, tmp_path, case):
    content, text = FILES[case]
    path = tmp_path / "supervisord.conf"
    path.write_text(content.replace("{dir}", str(tmp_path)))
    program, done = run(setup, tmp_path, "-n", "-c", str(path))
    expected = text.replace("{dir}", str(tmp_path))
    check(done, program, expected if text.endswith(": ") else expected + "\n")
    # Nothing was begun: no log, no pidfile, no socket.
    assert [entry.name for entry in tmp_path.iterdir()] == ["supervisord.conf"]


@pytest.mark.parametrize("case", ARGUMENTS)
def test_a_bad_command_line_stops_the_start(setup, tmp_path, case):
    arguments, text = ARGUMENTS[case]
    program, done = run(setup, tmp_path, *arguments)
    check(done, program, text + "\n")
    assert not list(tmp_path.iterdir())


def test_an_error_in_an_included_file_names_that_file(setup, tmp_path):
    path = tmp_path / "supervisord.conf"
    path.write_text(STANDARD.replace("{dir}", str(tmp_path)) + "[include]\nfiles=*.ini\n")
    (tmp_path / "one.ini").write_text("[program:one]\ncommand=/bin/cat\npriority=high\nstartsecs=x\n[group:g]\nprograms=one\n")
    program, done = run(setup, tmp_path, "-n", "-c", str(path))
    text = f"invalid literal for int() with base 10: 'high' in section 'program:one' (file: '{tmp_path}/one.ini')\n"
    check(done, program, text)


def test_a_busy_port_stops_the_start(start):
    first = start(CAT, http_port=(port := free_port()))
    second = start(CAT, http_port=port, wait=False)
    assert second.wait_exit() == 2
    assert second.stderr().startswith("Error: Another program is already listening on a port that one of our HTTP servers")
    assert "spawned" not in second.log() and first.wait_state("cat", "RUNNING")


def test_the_command_line_wins_over_the_file(start):
    daemon = start(CAT, arguments=["-n", "-l", "other.log", "--identifier=mine", "-e", "debug"])
    assert daemon.rpc.supervisor.getIdentification() == "mine"
    assert daemon.log() == "" and "supervisord started" in daemon.read("other.log")
