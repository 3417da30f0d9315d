# fish completion for virga. Load it with:  virga completion fish | source

function __virga_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l lines (command virga __complete $words "$current" 2>/dev/null)
    if test (count $lines) -eq 0
        return
    end
    set -l directive (string sub -s 2 -- $lines[-1])
    set -e lines[-1]
    if test (count $lines) -gt 0
        printf '%s\n' $lines
    end
    if contains -- $directive 0 2
        set -l scheme (string match -r '^fileb?://' -- $current)
        if test -n "$scheme"
            for path in (__fish_complete_path (string replace -r '^fileb?://' '' -- $current))
                printf '%s\n' "$scheme$path"
            end
        else
            __fish_complete_path $current
        end
    end
end

complete -c virga -f -k -a '(__virga_complete)'
