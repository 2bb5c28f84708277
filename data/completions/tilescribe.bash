# Completion of tilescribe for bash
#
# SPDX-License-Identifier: MIT

# The options of a command, as --help lists them; those that end in = take a value.
_tilescribe_options ()
{
  case $1 in
    '') echo '--help --version' ;;
    transcribe) echo '--help --model= --device= --fast --int8 --language= --translate --format= --output= --word-times --no-timestamps' \
                     '--prompt= --beam= --batch= --no-vad --threads= --log-kernels --no-store --quiet' ;;
    listen) echo '--help --model= --device= --fast --language= --translate --prompt= --microphone= --microphones --pause= --once' \
                 '--threads= --no-store --quiet' ;;
    'history list' | 'history search') echo '--help --limit=' ;;
    'history export') echo '--help --format= --output= --word-times' ;;
    'models list') echo '--help --installed --names' ;;
    bench) echo '--help --model= --device= --compare= --fast --threads= --runs= --tokens= --ops --json' ;;
    validate) echo '--help --model= --device= --report= --recording= --clips= --runs=' ;;
    calibrate) echo '--help --model=' ;;
    doctor) echo '--help --json --strict --report=' ;;
    *) echo '--help' ;;
  esac
}

_tilescribe_commands ()
{
  case $1 in
    '') echo 'transcribe listen toggle start stop status history models bench validate calibrate doctor' ;;
    history) echo 'list search show export pin unpin delete' ;;
    models) echo 'list get remove import' ;;
  esac
}

# What an option, or an argument of a command, can be; nothing where files are to be offered.
_tilescribe_values ()
{
  case $1 in
    --model | -m) tilescribe models list --installed --names 2>/dev/null ;;
    --device | -d) echo 'auto npu cpu emulator reference' ;;
    --compare | -c) echo 'cpu,npu,emulator cpu,npu cpu,npu,emulator,reference' ;;
    --format | -f) echo 'txt srt vtt json csv' ;;
    --language | -l) echo 'auto en de es fr it nl pl pt ru zh ja ko' ;;
    --microphone) tilescribe listen --microphones 2>/dev/null | awk 'NR > 1 { print $1 }' ;;
    'models get') tilescribe models list --names 2>/dev/null ;;
    'models remove') tilescribe models list --installed --names 2>/dev/null ;;
    'history show' | 'history export' | 'history pin' | 'history unpin' | 'history delete') tilescribe history list 2>/dev/null | awk '{ print $1 }' ;;
  esac
}

_tilescribe ()
{
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' word words

  # bash cuts --format=srt into three words
  if [[ $current == = ]]; then current='' previous=${COMP_WORDS[COMP_CWORD - 1]}
  elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi

  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ " $(_tilescribe_commands "$command") " == *" $word "* ]]; then command=${command:+$command }$word; fi
  done

  COMPREPLY=()
  if [[ $current == -* ]]; then
    words=$(_tilescribe_options "$command")
  else
    words=$(_tilescribe_values "$previous")
    [[ -n $words || $previous == -?* ]] || words="$(_tilescribe_commands "$command") $(_tilescribe_values "$command")"
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  # a value or nothing follows the option: a space only in the second case
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}

complete -o default -F _tilescribe tilescribe
