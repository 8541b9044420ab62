# Completion of ringmasterctl in bash: options, actions, and what the daemon has.
#
# Installed where bash-completion finds it; or: source ringmasterctl.bash

# Names as `status` shows them, asked with the options that were typed; nothing if nobody answers.
_ringmasterctl_processes() {
    "$@" status 2>/dev/null </dev/null |
        awk '$2 ~ /^(STOPPED|STARTING|RUNNING|BACKOFF|STOPPING|EXITED|FATAL|UNKNOWN)$/ { print $1 }'
}

_ringmasterctl_candidates() {
    local action=$1 place=$2
    shift 2
    case $action:$place in
        help:1) _ringmasterctl_actions "$@" ;;
        add:* | remove:* | update:*) _ringmasterctl_processes "$@" | cut -d: -f1 | uniq ;;
        signal:1) printf '%s\n' HUP INT QUIT KILL USR1 USR2 TERM CONT STOP ;;
        maintail:1) echo -f ;;
        tail:1) echo -f ;&
        clear:* | fg:1 | pid:* | restart:* | signal:* | start:* | status:* | stop:* | tail:*)
            _ringmasterctl_processes "$@" | awk -F: 'NF > 1 && !seen[$1]++ { print $1 ":*" } { print }'
            ;;
    esac
}

_ringmasterctl_actions() {
    echo help
    "$1" help 2>/dev/null | sed '1,3d' | tr -s ' ' '\n'
}

_ringmasterctl() {
    # Not COMP_WORDS: bash cuts words at colons.
    local line=${COMP_LINE:0:COMP_POINT} word i=1 last
    local -a words called
    read -ra words <<<"$line"
    [[ $line == *[[:blank:]] ]] && words+=("")
    last=$((${#words[@]} - 1))
    word=${words[last]}
    called=("${words[0]}")

    while ((i < last)) && [[ ${words[i]} == -* ]]; do
        called+=("${words[i]}")
        case ${words[i++]} in
            -[csupr] | --configuration | --serverurl | --username | --password | --history[-_]file)
                if ((i == last)); then
                    [[ ${words[i - 1]} == -[cr] || ${words[i - 1]} == --[ch]* ]] || return 0
                    mapfile -t COMPREPLY < <(compgen -f -- "$word")
                    compopt -o filenames
                    return 0
                fi
                called+=("${words[i++]}")
                ;;
        esac
    done

    local one
    COMPREPLY=()
    while IFS= read -r one; do
        [[ $one == "$word"* ]] || continue
        # Bash replaces only what is behind the last colon.
        [[ $word == *:* && $COMP_WORDBREAKS == *:* ]] && one=${one#"${word%"${word##*:}"}"}
        COMPREPLY+=("$one")
    done < <(
        if ((i < last)); then
            _ringmasterctl_candidates "${words[i]}" $((last - i)) "${called[@]}"
        elif [[ $word == -* ]]; then
            printf '%s\n' -c -h -i -p -r -s -u --configuration --help --history-file --interactive --password \
                --serverurl --username
        else
            _ringmasterctl_actions "${called[@]}"
        fi
    )
}

complete -F _ringmasterctl ringmasterctl supervisorctl
