/** What a shell is told once. Each Tab asks `loop __complete` with the line so far, so that no script goes stale. */

/** Bash splits words at `:` and `=` and replaces only what is behind the last of them. */
const bash = `# loop completions bash: put it where bash-completion looks, or source it in ~/.bashrc.
_loop_complete() {
  local current word breaks head=
  COMPREPLY=()
  {
    IFS= read -r current || return
    breaks=\${COMP_WORDBREAKS//[!:=]/}
    case $current in
      [\\"\\']*) ;;
      *) [[ -z $breaks ]] || head=\${current%"\${current##*[$breaks]}"} ;;
    esac
    while IFS=$'\\t' read -r word _; do COMPREPLY+=("\${word#"$head"}"); done
  } < <("\${1/#\\~/$HOME}" __complete "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -o default -F _loop_complete loop
`

const zsh = `#compdef loop
# loop completions zsh: put it as _loop into a directory of $fpath, or source it in ~/.zshrc after compinit.
_loop() {
  local line word
  local -a lines values
  lines=("\${(@f)$(\${~words[1]} __complete "\${(j: :)words[1,CURRENT]}" 2>/dev/null)}")
  shift lines
  for line in $lines; do
    word=\${line%%$'\\t'*}
    values+=("\${word//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( $#values )); then _describe loop values; else _files; fi
}
if [[ $funcstack[1] == _loop ]]; then _loop "$@"; else compdef _loop loop; fi
`

const fish = `# loop completions fish: put it into ~/.config/fish/completions/loop.fish.
function __loop_complete
  set -l words (commandline -opc)
  set -l found ($words[1] __complete (commandline -cp | string collect) 2>/dev/null)
  if set -q found[2]
    printf '%s\\n' $found[2..-1]
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c loop -f -a '(__loop_complete)'
`

export const scripts = { bash, zsh, fish }
export const shells = ["bash", "zsh", "fish"] as const
