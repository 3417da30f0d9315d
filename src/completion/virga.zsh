#compdef virga
# zsh completion for virga. Load it with:  source <(virga completion zsh)
# or store it as _virga in a folder of $fpath.

_virga() {
    local line directive
    local -a lines values shown options
    lines=("${(@f)$(command virga __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    directive=${lines[-1]#:}
    [[ $directive == <-> ]] || return 1
    lines[-1]=()
    for line in "${lines[@]}"; do
        [[ -n $line ]] || continue
        values+=("${line%%$'\t'*}")
        shown+=("${line/$'\t'/  -- }")
    done
    if (( directive & 2 )); then
        options=(-S '')
    fi
    if (( ${#values} )); then
        compadd "${options[@]}" -V virga -l -d shown -a values
    fi
    if (( ! (directive & 4) )); then
        compset -P 'file(b|)://'
        _files
    fi
}

if [[ ${funcstack[1]} == _virga ]]; then
    _virga "$@"
else
    compdef _virga virga
fi
