const bash = `# bash completion for podlag
_podlag() {
  local line files=false
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :0) files=true ;;
      :*) ;;
      *) COMPREPLY+=("$line") ;;
    esac
  done < <(podlag __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ $files == true ]]; then
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
  fi
}
complete -F _podlag podlag
`;

const zsh = `#compdef podlag
# zsh completion for podlag
_podlag() {
  local -a lines candidates
  lines=("\${(@f)$(podlag __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  candidates=("\${(@)lines:#:*}")
  compadd -a candidates
  if [[ "\${lines[-1]}" == ":0" ]]; then _files; fi
}
if [[ "$funcstack[1]" == "_podlag" ]]; then _podlag "$@"; else compdef _podlag podlag; fi
`;

const fish = `# fish completion for podlag
function __podlag_complete
  set -l words (commandline -opc)
  set -l lines (podlag __complete -- $words[2..-1] (commandline -ct) 2>/dev/null)
  for line in $lines
    string match -q ':*' -- $line; or echo $line
  end
  if test "$lines[-1]" = ":0"
    __fish_complete_path (commandline -ct)
  end
end
complete -c podlag -f -a '(__podlag_complete)'
`;

/** The script of each shell. They only ask \`podlag __complete\`: what there is to complete, podlag knows. */
export const shells = { bash, zsh, fish } as const;

export type Shell = keyof typeof shells;
