# bash completion for virga. Load it with:  source <(virga completion bash)
# The program splits the line itself; bash adds the names of files.

__virga_complete() {
    local line last directive path prefix=
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(COMP_LINE=$COMP_LINE COMP_POINT=$COMP_POINT COMP_WORDBREAKS=$COMP_WORDBREAKS \
        command virga __complete 2>/dev/null)
    last=$((${#COMPREPLY[@]} - 1))
    ((last >= 0)) || return 0
    directive=${COMPREPLY[last]#:}
    unset "COMPREPLY[last]"
    if ((directive & 2)); then
        compopt -o nospace 2>/dev/null
    fi
    if ((directive & 4)); then
        return 0
    fi
    if [[ ${COMP_LINE:0:COMP_POINT} =~ (fileb?://)([^[:blank:]]*)$ ]]; then
        path=${BASH_REMATCH[2]}
        prefix=${BASH_REMATCH[1]}
        if [[ $COMP_WORDBREAKS == *:* ]]; then
            prefix=//
        fi
    else
        path=${COMP_WORDS[COMP_CWORD]}
        if [[ $path == = ]]; then
            path=
        fi
        compopt -o filenames 2>/dev/null
    fi
    while IFS= read -r line; do
        if [[ -n $prefix ]]; then
            printf -v line '%q' "$line"
            if [[ -d $line ]]; then
                line+=/
                compopt -o nospace 2>/dev/null
            fi
        fi
        COMPREPLY+=("$prefix$line")
    done < <(compgen -f -- "$path")
}

complete -F __virga_complete virga
