-- Loaded at start: defines `:Mlwright` and lets the server attach. `vim.g.mlwright_enable = false` before it leaves that to the user.
if vim.g.loaded_mlwright then
  return
end
vim.g.loaded_mlwright = true

vim.api.nvim_create_user_command('Mlwright', function(arguments)
  require('mlwright').command(arguments.fargs)
end, {
  nargs = '+',
  desc = 'Run an operation of mlwright: its name, then its fields as name=value',
  complete = function(typed, line)
    return require('mlwright').complete(typed, line)
  end,
})

if vim.g.mlwright_enable ~= false then
  vim.lsp.enable('mlwright')
end
