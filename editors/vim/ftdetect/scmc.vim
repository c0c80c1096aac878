" A .scm file is Scheme unless it looks like a causal graph.
autocmd BufRead,BufNewFile *.scm call s:detect()

function! s:detect() abort
  for line in getline(1, 50)
    if line =~# '^\s*graph\s\+["A-Za-z_]' || line =~# ':\s*\(binary\|categorical\|image\)\>'
      setlocal filetype=scmc
      return
    endif
  endfor
endfunction
