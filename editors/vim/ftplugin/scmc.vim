if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1
setlocal commentstring=#\ %s
setlocal comments=:#
setlocal formatprg=scmc\ fmt\ -q\ -
let &l:makeprg = 'scmc check %:S'
setlocal errorformat=%E%trror[E%n]:\ %m,%W%tarning[W%n]:\ %m,%C\ %#-->\ %f:%l:%c,%-G%.%#
