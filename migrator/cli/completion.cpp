// See completion.h.
#include "migrator/cli/completion.h"

#include <map>
#include <string_view>

#include "migrator/cli/verbs.h"

namespace migrator::cli {

namespace {

// Calls `each` with every flag that may follow the verb, its own first.
template <typename Each> void for_each_flag(const Verb &verb, Each each) {
  for (const auto &group : verb.flags)
    for (const Flag &flag : group) each(flag);
  for (const Flag &flag : global_flags()) each(flag);
}

void append_word(std::string &list, std::string_view word) {
  if (word.empty()) return;
  if (!list.empty()) list += ' ';
  list += word;
}

std::string verb_names() {
  std::string names;
  for (const Verb &verb : verbs()) append_word(names, verb.name);
  return names;
}

// bash: one case a verb gives its flags and whether revisions follow; one case a flag gives its choices.
std::string bash_script() {
  std::string flags_of_verbs;
  std::string revision_verbs;
  std::map<std::string_view, std::string_view> choices; // by long name
  for (const Verb &verb : verbs()) {
    std::string names;
    for_each_flag(verb, [&](const Flag &flag) {
      if (!flag.choices.empty()) choices[long_name(flag)] = flag.choices;
      append_word(names, short_name(flag));
      append_word(names, long_name(flag));
    });
    flags_of_verbs += "    " + std::string(verb.name) + ") flags=\"" + names + "\" ;;\n";
    if (verb.completes_revisions) revision_verbs += (revision_verbs.empty() ? "" : "|") + std::string(verb.name);
  }
  std::string flags_with_choices;
  for (const auto &[flag, words] : choices)
    flags_with_choices +=
        "    " + std::string(flag) + ") COMPREPLY=($(compgen -W \"" + std::string(words) + "\" -- \"$word\")); return ;;\n";
  return "# bash completion for migrator; load it with: source <(migrator completion bash)\n"
         "_migrator() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb='' flags='' i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    case \" " +
         verb_names() +
         " \" in *\" ${COMP_WORDS[i]} \"*) verb=${COMP_WORDS[i]}; break ;; esac\n"
         "  done\n"
         "  COMPREPLY=()\n"
         "  case $before in\n" +
         flags_with_choices +
         "    -c|--config|--report) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n"
         "    --migrations|--version-path) COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n"
         "    --to|--head|--depends-on|--revision)\n"
         "      COMPREPLY=($(compgen -W \"head heads base $(migrator completion revisions 2>/dev/null)\" -- \"$word\")); return "
         ";;\n"
         "  esac\n"
         "  case $verb in\n"
         "    '') COMPREPLY=($(compgen -W \"" +
         verb_names() + " --help --version\" -- \"$word\")); return ;;\n" + flags_of_verbs +
         "  esac\n"
         "  case $word in\n"
         "    -*) COMPREPLY=($(compgen -W \"$flags\" -- \"$word\")); return ;;\n"
         "  esac\n"
         "  case $verb in\n"
         "    " +
         revision_verbs +
         ") COMPREPLY=($(compgen -W \"head heads base $(migrator completion revisions 2>/dev/null)\" -- \"$word\")) ;;\n"
         "    completion) COMPREPLY=($(compgen -W \"bash zsh fish\" -- \"$word\")) ;;\n"
         "    init) COMPREPLY=($(compgen -d -- \"$word\")) ;;\n"
         "  esac\n"
         "}\n"
         "complete -F _migrator migrator\n";
}

// A text inside single quotes of a zsh specification, which also gives "[", "]" and ":" a meaning.
std::string zsh_quoted(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\'')
      safe += "'\\''";
    else if (c == '[' || c == ']' || c == ':')
      safe += std::string("\\") + c;
    else
      safe += c;
  }
  return safe;
}

std::string zsh_value(const Flag &flag) {
  const std::string_view name = long_name(flag);
  if (!flag.choices.empty()) return ":value:(" + std::string(flag.choices) + ")";
  if (name == "--config" || name == "--report") return ":file:_files";
  if (name == "--migrations" || name == "--version-path") return ":folder:_files -/";
  if (name == "--to" || name == "--head" || name == "--depends-on" || name == "--revision")
    return ":revision:_migrator_revisions";
  return flag.value.empty() ? "" : ":value: ";
}

std::string zsh_script() {
  std::string script = "#compdef migrator\n"
                       "# zsh completion for migrator; put it into a folder of $fpath as _migrator\n"
                       "_migrator_revisions() {\n"
                       "  compadd -- head heads base ${(f)\"$(migrator completion revisions 2>/dev/null)\"}\n"
                       "}\n"
                       "_migrator_verbs() {\n"
                       "  local -a verbs=(\n";
  for (const Verb &verb : verbs()) script += "    '" + std::string(verb.name) + ":" + zsh_quoted(verb.summary) + "'\n";
  script += "  )\n"
            "  _describe verb verbs\n"
            "}\n"
            "_migrator() {\n"
            "  local context state state_descr line verb word\n"
            "  typeset -A opt_args\n"
            "  for word in ${words[2,CURRENT-1]}; do\n"
            "    case \" " +
            verb_names() +
            " \" in *\" $word \"*) verb=$word; break ;; esac\n"
            "  done\n"
            "  case $verb in\n"
            "    '') _arguments '1:verb:_migrator_verbs' '*:: :' ;;\n";
  for (const Verb &verb : verbs()) {
    script += "    " + std::string(verb.name) + ") _arguments '1: :'";
    for_each_flag(verb, [&](const Flag &flag) {
      for (const std::string_view name : {short_name(flag), long_name(flag)})
        if (!name.empty())
          script += " '" + std::string(flag.repeatable ? "*" : "") + std::string(name) + "[" + zsh_quoted(flag.help) + "]" +
                    zsh_value(flag) + "'";
    });
    if (verb.completes_revisions) script += " '*:revision:_migrator_revisions'";
    if (verb.id == VerbId::Init) script += " '2:folder:_files -/'";
    if (verb.id == VerbId::Completion) script += " '2:shell:(bash zsh fish)'";
    script += " ;;\n";
  }
  return script + "  esac\n}\n"
                  "if [ \"$funcstack[1]\" = _migrator ]; then _migrator \"$@\"; else compdef _migrator migrator; fi\n";
}

std::string fish_quoted(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\'' || c == '\\') safe += '\\';
    safe += c;
  }
  return "'" + safe + "'";
}

// The part of a `complete` line that tells of one flag. Flags with a closed set of values offer those and no files.
std::string fish_flag(const Flag &flag) {
  std::string line;
  if (!short_name(flag).empty()) line += " -s " + std::string(short_name(flag).substr(1));
  line += " -l " + std::string(long_name(flag).substr(2)) + " -d " + fish_quoted(flag.help);
  if (!flag.choices.empty())
    line += " -x -a " + fish_quoted(flag.choices);
  else if (!flag.value.empty())
    line += " -r";
  return line + "\n";
}

std::string fish_script() {
  std::string script = "# fish completion for migrator; save it as ~/.config/fish/completions/migrator.fish\n"
                       "function __migrator_revisions\n"
                       "  printf '%s\\n' head heads base\n"
                       "  migrator completion revisions 2>/dev/null\n"
                       "end\n"
                       "complete -c migrator -f\n";
  for (const Verb &verb : verbs()) {
    const std::string name(verb.name);
    script += "complete -c migrator -n __fish_use_subcommand -a " + name + " -d " + fish_quoted(verb.summary) + "\n";
    const std::string seen = "complete -c migrator -n '__fish_seen_subcommand_from " + name + "'";
    for (const auto &group : verb.flags)
      for (const Flag &flag : group) script += seen + fish_flag(flag);
    if (verb.completes_revisions) script += seen + " -a '(__migrator_revisions)'\n";
    if (verb.id == VerbId::Completion) script += seen + " -a 'bash zsh fish'\n";
    if (verb.id == VerbId::Init) script += seen + " -a '(__fish_complete_directories)'\n";
  }
  for (const Flag &flag : global_flags()) script += "complete -c migrator" + fish_flag(flag);
  return script;
}

} // namespace

std::string completion_script(CompletionSubject subject) {
  switch (subject) {
  case CompletionSubject::Bash:
    return bash_script();
  case CompletionSubject::Zsh:
    return zsh_script();
  case CompletionSubject::Fish:
    return fish_script();
  case CompletionSubject::Revisions:
    break;
  }
  return {};
}

} // namespace migrator::cli
