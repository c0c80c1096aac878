" Made by editors/generate.py.
if exists("b:current_syntax")
  finish
endif
syn case match
syn iskeyword @,48-57,_,128-255
syn match scmcError /\S/
syn match scmcSign /[:,*=|\-(){}\[\]<>!~\/+;]/
syn match scmcName /\k\+/
syn match scmcArrow /<->\|->\|<-\|_||_/
syn match scmcNumber /-\(inf\|\d\+\(\.\d\+\)\?\([eE][+-]\?\d\+\)\?\)\(\k\|\.\)\@!/
syn match scmcNumber /\<\d\+\k\@!/
syn match scmcNumber /\<\d\+\.\d\+\([eE][+-]\?\d\+\)\?\(\k\|\.\)\@!/
syn match scmcNumber /\<\d\+[eE][+-]\d\+\(\k\|\.\)\@!/
syn match scmcKind /\(:\s*\)\@<=\k\+/
syn match scmcError /"[^"]*$/
syn match scmcString /"[^"]*"/
syn match scmcComment /#.*$/
syn keyword scmcKeyword graph assert identified
syn keyword scmcFunction P E ATE do given
hi def link scmcComment Comment
hi def link scmcString String
hi def link scmcKind Type
hi def link scmcNumber Number
hi def link scmcKeyword Keyword
hi def link scmcFunction Function
hi def link scmcArrow Operator
hi def link scmcName Identifier
hi def link scmcSign Delimiter
hi def link scmcError Error
let b:current_syntax = "scmc"
