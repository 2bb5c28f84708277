# Completion of tilescribe for fish
#
# SPDX-License-Identifier: MIT

# Whether the words before the cursor are this command: "history", or "history export".
function __tilescribe_is
    set -l words (commandline -opc | string match -v -- '-*')
    for name in $argv
        set -e words[1]
        test "$words[1]" = $name; or return 1
    end
end

# Whether this command still waits for one of its own commands.
function __tilescribe_wants_command
    set -l words (commandline -opc | string match -v -- '-*')
    test (count $words) -eq (math (count $argv) + 1); and __tilescribe_is $argv
end

function __tilescribe_transcripts
    tilescribe history list 2>/dev/null | string replace -r '^ *(\d+) +(.*)$' '$1\t$2'
end

complete -c tilescribe -s h -l help -d 'Print help'
complete -c tilescribe -n __tilescribe_wants_command -s V -l version -d 'Print the version'
complete -c tilescribe -n __tilescribe_wants_command -f -a transcribe -d 'Turn recordings into text'
complete -c tilescribe -n __tilescribe_wants_command -f -a listen -d 'Dictate in a terminal'
complete -c tilescribe -n __tilescribe_wants_command -f -a toggle -d 'Start or end dictation in the running program'
complete -c tilescribe -n __tilescribe_wants_command -f -a start -d 'Start dictation in the running program'
complete -c tilescribe -n __tilescribe_wants_command -f -a stop -d 'End dictation in the running program'
complete -c tilescribe -n __tilescribe_wants_command -f -a status -d 'Tell whether the running program listens'
complete -c tilescribe -n __tilescribe_wants_command -f -a history -d 'List, search, show, export, pin and delete transcripts'
complete -c tilescribe -n __tilescribe_wants_command -f -a models -d 'List, download, remove and import models'
complete -c tilescribe -n __tilescribe_wants_command -f -a bench -d 'Measure how fast a model runs here'
complete -c tilescribe -n __tilescribe_wants_command -f -a validate -d 'Check what an NPU makes of a model'
complete -c tilescribe -n __tilescribe_wants_command -f -a calibrate -d 'Get a model ready for 8-bit integers on an NPU'
complete -c tilescribe -n __tilescribe_wants_command -f -a doctor -d 'Tell what works here and what does not'

# transcribe
complete -c tilescribe -n '__tilescribe_is transcribe' -s m -l model -rF -a '(tilescribe models list --installed --names)' -d 'Model to use'
complete -c tilescribe -n '__tilescribe_is transcribe' -s d -l device -x -a 'auto npu cpu emulator reference' -d 'Where to compute'
complete -c tilescribe -n '__tilescribe_is transcribe' -l fast -d 'On an NPU: faster and less exact'
complete -c tilescribe -n '__tilescribe_is transcribe' -l int8 -d 'On an NPU: 8-bit integers'
complete -c tilescribe -n '__tilescribe_is transcribe' -s l -l language -x -a 'auto en de es fr it nl pl pt ru zh ja ko' -d 'Language spoken'
complete -c tilescribe -n '__tilescribe_is transcribe' -l translate -d 'Translate to English'
complete -c tilescribe -n '__tilescribe_is transcribe' -s f -l format -x -a 'txt srt vtt json csv' -d 'Form of the transcript'
complete -c tilescribe -n '__tilescribe_is transcribe' -s o -l output -rF -d 'File or folder to write'
complete -c tilescribe -n '__tilescribe_is transcribe' -s w -l word-times -d 'Find the time of each word'
complete -c tilescribe -n '__tilescribe_is transcribe' -l no-timestamps -d 'One segment per window'
complete -c tilescribe -n '__tilescribe_is transcribe' -s p -l prompt -x -d 'What came before, or names to expect'
complete -c tilescribe -n '__tilescribe_is transcribe' -s b -l beam -x -d 'Follow so many texts at once'
complete -c tilescribe -n '__tilescribe_is transcribe' -l batch -x -d 'Do so many pieces at once'
complete -c tilescribe -n '__tilescribe_is transcribe' -l no-vad -d 'Listen to silence, too'
complete -c tilescribe -n '__tilescribe_is transcribe' -s t -l threads -x -d 'Threads to use'
complete -c tilescribe -n '__tilescribe_is transcribe' -l log-kernels -d 'Tell which kernels an NPU runs'
complete -c tilescribe -n '__tilescribe_is transcribe' -l no-store -d 'Keep nothing in the history'
complete -c tilescribe -n '__tilescribe_is transcribe' -s q -l quiet -d 'No progress'

# listen
complete -c tilescribe -n '__tilescribe_is listen' -f
complete -c tilescribe -n '__tilescribe_is listen' -s m -l model -rF -a '(tilescribe models list --installed --names)' -d 'Model to use'
complete -c tilescribe -n '__tilescribe_is listen' -s d -l device -x -a 'auto npu cpu emulator reference' -d 'Where to compute'
complete -c tilescribe -n '__tilescribe_is listen' -l fast -d 'On an NPU: faster and less exact'
complete -c tilescribe -n '__tilescribe_is listen' -s l -l language -x -a 'auto en de es fr it nl pl pt ru zh ja ko' -d 'Language spoken'
complete -c tilescribe -n '__tilescribe_is listen' -l translate -d 'Translate to English'
complete -c tilescribe -n '__tilescribe_is listen' -s p -l prompt -x -d 'What came before, or names to expect'
complete -c tilescribe -n '__tilescribe_is listen' -l microphone -x -d 'Microphone to use'
complete -c tilescribe -n '__tilescribe_is listen' -l microphones -d 'List the microphones'
complete -c tilescribe -n '__tilescribe_is listen' -l pause -x -d 'Seconds of silence that end an utterance'
complete -c tilescribe -n '__tilescribe_is listen' -s 1 -l once -d 'End after the first utterance'
complete -c tilescribe -n '__tilescribe_is listen' -s t -l threads -x -d 'Threads to use'
complete -c tilescribe -n '__tilescribe_is listen' -l no-store -d 'Keep nothing in the history'
complete -c tilescribe -n '__tilescribe_is listen' -s q -l quiet -d 'Nothing but text and errors'

# the running program
complete -c tilescribe -n '__tilescribe_is toggle; or __tilescribe_is start; or __tilescribe_is stop; or __tilescribe_is status' -f

# history
complete -c tilescribe -n '__tilescribe_is history' -f
complete -c tilescribe -n '__tilescribe_wants_command history' -a list -d 'List transcripts'
complete -c tilescribe -n '__tilescribe_wants_command history' -a search -d 'Find transcripts'
complete -c tilescribe -n '__tilescribe_wants_command history' -a show -d 'Print a transcript'
complete -c tilescribe -n '__tilescribe_wants_command history' -a export -d 'Write a transcript as a file'
complete -c tilescribe -n '__tilescribe_wants_command history' -a pin -d 'Keep transcripts'
complete -c tilescribe -n '__tilescribe_wants_command history' -a unpin -d 'Keep transcripts no longer than others'
complete -c tilescribe -n '__tilescribe_wants_command history' -a delete -d 'Delete transcripts'
complete -c tilescribe -n '__tilescribe_is history list' -s n -l limit -x -d 'At most so many'
complete -c tilescribe -n '__tilescribe_is history search' -s n -l limit -x -d 'At most so many'
complete -c tilescribe -n '__tilescribe_is history show' -a '(__tilescribe_transcripts)'
complete -c tilescribe -n '__tilescribe_is history pin' -a '(__tilescribe_transcripts)'
complete -c tilescribe -n '__tilescribe_is history unpin' -a '(__tilescribe_transcripts)'
complete -c tilescribe -n '__tilescribe_is history delete' -a '(__tilescribe_transcripts)'
complete -c tilescribe -n '__tilescribe_is history export' -a '(__tilescribe_transcripts)'
complete -c tilescribe -n '__tilescribe_is history export' -s f -l format -x -a 'txt srt vtt json csv' -d 'Form of the transcript'
complete -c tilescribe -n '__tilescribe_is history export' -s o -l output -rF -d 'File to write'
complete -c tilescribe -n '__tilescribe_is history export' -s w -l word-times -d 'A subtitle for each word'

# models
complete -c tilescribe -n '__tilescribe_wants_command models' -f -a list -d 'List models'
complete -c tilescribe -n '__tilescribe_wants_command models' -f -a get -d 'Download models'
complete -c tilescribe -n '__tilescribe_wants_command models' -f -a remove -d 'Delete models from this machine'
complete -c tilescribe -n '__tilescribe_wants_command models' -f -a import -d 'Copy model files to the others'
complete -c tilescribe -n '__tilescribe_is models list' -s i -l installed -d 'Only installed ones'
complete -c tilescribe -n '__tilescribe_is models list' -l names -d 'Only names'
complete -c tilescribe -n '__tilescribe_is models get' -f -a '(tilescribe models list --names)'
complete -c tilescribe -n '__tilescribe_is models remove' -f -a '(tilescribe models list --installed --names)'

# bench
complete -c tilescribe -n '__tilescribe_is bench' -s m -l model -rF -a '(tilescribe models list --installed --names)' -d 'Model to use'
complete -c tilescribe -n '__tilescribe_is bench' -s d -l device -x -a 'auto npu cpu emulator reference' -d 'Where to compute'
complete -c tilescribe -n '__tilescribe_is bench' -s c -l compare -x -a 'cpu,npu,emulator cpu,npu cpu,npu,emulator,reference' -d 'Devices side by side'
complete -c tilescribe -n '__tilescribe_is bench' -l fast -d 'On an NPU: faster and less exact'
complete -c tilescribe -n '__tilescribe_is bench' -s t -l threads -x -d 'Threads to use'
complete -c tilescribe -n '__tilescribe_is bench' -s r -l runs -x -d 'Take the median of so many runs'
complete -c tilescribe -n '__tilescribe_is bench' -l tokens -x -d 'Tokens of a window'
complete -c tilescribe -n '__tilescribe_is bench' -l ops -d 'A row for each operation'
complete -c tilescribe -n '__tilescribe_is bench' -s j -l json -d 'Print JSON'

# validate
complete -c tilescribe -n '__tilescribe_is validate' -s m -l model -rF -a '(tilescribe models list --installed --names)' -d 'Model to use'
complete -c tilescribe -n '__tilescribe_is validate' -s d -l device -x -a 'emulator npu' -d 'The NPU to check'
complete -c tilescribe -n '__tilescribe_is validate' -s r -l report -rF -d 'Report to write'
complete -c tilescribe -n '__tilescribe_is validate' -l recording -rF -d 'Speech to compare layer by layer'
complete -c tilescribe -n '__tilescribe_is validate' -l clips -rF -d 'Folder of .wav files'
complete -c tilescribe -n '__tilescribe_is validate' -l runs -x -d 'Take the median of so many runs'

# calibrate
complete -c tilescribe -n '__tilescribe_is calibrate' -s m -l model -rF -a '(tilescribe models list --installed --names)' -d 'Model to use'

# doctor
complete -c tilescribe -n '__tilescribe_is doctor' -s j -l json -d 'Print JSON'
complete -c tilescribe -n '__tilescribe_is doctor' -l strict -d 'Fail if anything is broken'
complete -c tilescribe -n '__tilescribe_is doctor' -s r -l report -F -d 'Write what a report about an NPU needs'
